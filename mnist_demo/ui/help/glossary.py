"""What the app's terms mean: the tooltips beside them and the Glossary page are made of these. No page code."""

from mnist_demo.models import registry
from mnist_demo.ui.help.entries import ANSWERS, DATA, MODELS, Word
from mnist_demo.ui.help.learning import LEARNING


def groups() -> dict[str, list[Word]]:
    """All terms under their headings; of the models, what the registry says of each first."""
    models = [Word(model.title, explanation(model).partition("\n\n")[0]) for model in registry.MODELS.values()]
    return {
        "The images": list(DATA),
        "The models": [*MODELS, *models],
        "How they learn": list(LEARNING),
        "What they answer": list(ANSWERS),
    }


def explanation(model: registry.Model) -> str:
    """The registry's explanation of a model, with its number of parameters and its network."""
    return model.explanation.format(parameters=model.parameters, network=model.network or "no layer at all")


def meanings(*titles: str) -> str:
    """The meanings of terms for a tooltip: Markdown, a paragraph for each. Raises KeyError for one that is not here."""
    words = {word.title: word for group in groups().values() for word in group}
    return "\n\n".join(_in_short(words[title]) for title in titles)


def _in_short(word: Word) -> str:
    formula = f" ${word.formula}$" if word.formula else ""
    return f"**{word.title}**: {word.meaning}{formula}"
