"""Trying several values of one setting: a run for each, started and cancelled as a group, and what comes of them."""

import dataclasses
import math
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property

from mnist_demo.errors import UserError
from mnist_demo.models import architecture, recipes, registry
from mnist_demo.models.evaluation import accuracy_interval
from mnist_demo.models.recipes import Recipe
from mnist_demo.runs import control
from mnist_demo.runs.metrics import Metrics
from mnist_demo.runs.run_directory import Group, Run
from mnist_demo.words import percent

FEWEST_VALUES, MOST_VALUES = 2, 8
LONGEST_VALUE = 30  # characters of one that is no network
LONGEST_TEXT = MOST_VALUES * (architecture.LONGEST_TEXT + 2)
# What one may try several values of: fields of a recipe, and the type of what one writes.
SETTINGS: dict[str, type[int] | type[float] | type[str]] = {
    "learning_rate": float,
    "batch_size": int,
    "steps": int,
    "seed": int,
    "train_images": int,
    "label_noise": float,
    "l2": float,
    "optimizer": str,
    "network": str,
}
TITLES = {
    "train_images": "Training images",
    "label_noise": "Wrong labels, in %",
    "l2": "L2 regularisation",
}  # where a setting's own name does not say it
IN_PERCENT = ("label_noise",)  # shares, which one writes so
LEFT_OUT = {
    "diverged": "diverged",
    "failed": "failed",
    "crashed": "crashed",
    "interrupted": "was interrupted",
    "stopped": "was stopped",
}  # how a run ended that cannot be held against the others


def settings_of(recipe: Recipe) -> list[str]:
    """Those settings of which one may try several values with this recipe."""
    return [name for name in SETTINGS if name != "network" or recipe.network is not None]


def title(setting: str) -> str:
    """What a setting is called: "Learning rate"."""
    return TITLES.get(setting, setting.replace("_", " ").capitalize())


def in_sentence(setting: str) -> str:
    """The same where a sentence goes on: "learning rate"."""
    called = title(setting)
    return called if called[1].isdigit() else called[0].lower() + called[1:]


def is_amount(setting: str) -> bool:
    """Whether its values are more or less of something, and not only different: a seed is not."""
    return SETTINGS.get(setting, str) is not str and setting != "seed"


def amount(setting: str, recipe: Recipe) -> float:
    """The value of an amount that a recipe has, in the unit in which one writes it."""
    value = float(getattr(recipe, setting))
    return 100 * value if setting in IN_PERCENT else value


def written(setting: str, recipe: Recipe) -> str:
    """The value that a recipe has, as one writes it."""
    if is_amount(setting):
        value = amount(setting, recipe)
        return f"{value:.12g}" if SETTINGS[setting] is float else f"{value:.0f}"
    return "no layer" if setting == "network" and not recipe.network else str(getattr(recipe, setting))


def recipes_of(recipe: Recipe, setting: str, text: str) -> list[Recipe]:
    """Recipes that differ from `recipe` in one setting, one for each value in `text`, in its order.

    Values stand between commas, or between semicolons, where a number may have a decimal comma; networks stand
    between semicolons, since they have commas of their own. Raises UserError, naming the value by its place, for a
    text that does not give FEWEST_VALUES to MOST_VALUES different ones that can be trained with.
    """
    if setting not in settings_of(recipe):
        raise UserError(f"Several values can be tried of {', '.join(settings_of(recipe))}.")
    if len(text) > LONGEST_TEXT:
        raise UserError(f"The values have at most {LONGEST_TEXT:,} characters, and these have {len(text):,}.")
    separator = ";" if setting == "network" or ";" in text else ","
    parts = [part.strip() for part in text.split(separator)]
    if parts[-1] == "" and setting != "network":  # what was typed ends with the separator
        parts.pop()
    if not FEWEST_VALUES <= len(parts) <= MOST_VALUES:
        raise UserError(
            f"Give {FEWEST_VALUES} to {MOST_VALUES} values with “{separator}” between them: these are {len(parts)}."
        )
    made = [_with_value(recipe, setting, part, place) for place, part in enumerate(parts, start=1)]
    for place, one in enumerate(made, start=1):
        if one in made[: place - 1]:
            raise UserError(f"Value {place} is the same as value {made.index(one) + 1}: give each once.")
    return made


def _with_value(recipe: Recipe, setting: str, text: str, place: int) -> Recipe:
    try:
        value = _to_value(setting, text)
        # Not by replacing it alone: this checks what may be, and writes a network as all others are written.
        own = {field.name: getattr(recipe, field.name) for field in dataclasses.fields(recipe)}
        return registry.get_recipe(own.pop("model"), own.pop("name"), **{**own, setting: value})
    except UserError as error:
        raise UserError(f"Value {place}: {error}") from error


def _to_value(setting: str, text: str) -> int | float | str:
    kind = SETTINGS[setting]
    if kind is str:
        return text if setting == "network" else text.lower()[:LONGEST_VALUE]
    try:
        if len(text) > LONGEST_VALUE:
            raise ValueError
        if setting in IN_PERCENT:
            return recipes.to_share(float(text.replace(",", ".")))
        return kind(text.replace(",", "."))
    except ValueError as error:
        example = "a whole number, such as 100" if kind is int else "a number, such as 0.001"
        raise UserError(f"it is not {example}.") from error


@dataclass(frozen=True)
class Experiment:
    """The runs of one group that are still there, in the order of their values."""

    group: Group
    runs: list[Run]

    @property
    def setting(self) -> str:
        """The setting in which they differ."""
        return self.group.setting

    def value(self, run: Run) -> str:
        """That of one of its runs, as one writes it."""
        return written(self.setting, run.recipe)

    @property
    def title(self) -> str:
        """As "Learning rate: 0.001, 0.003"."""
        separator = "; " if self.setting == "network" else ", "
        return f"{title(self.setting)}: {separator.join(map(self.value, self.runs))}"

    @cached_property
    def active(self) -> list[Run]:
        """Those that train, are paused or wait."""
        return [run for run in self.runs if run.is_active]

    @cached_property
    def compared(self) -> list[Run]:
        """Those that came to their end, and so can be held against each other."""
        return [run for run in self.runs if run.status.state == "finished" and accuracy_of(run) is not None]


def accuracy_of(run: Run) -> Metrics | None:
    """What a run was last measured to be, once it has learned and where that was on validation images; else None.

    What is left of a run that diverged is a model of before that, of which nobody knows what it stands for.
    """
    last = run.last_evaluation
    has_learned = last is not None and last.step > 0 and last.validation_accuracy is not None
    return last if has_learned and run.status.state != "diverged" else None


def experiments(listed: Sequence[Run]) -> dict[str, Experiment]:
    """The groups among all runs, by their ids, the newest first."""
    found: dict[str, list[Run]] = {}
    for run in listed:
        if run.settings.group is not None:
            found.setdefault(run.settings.group.id, []).append(run)
    newest_first = sorted(found.items(), key=lambda each: max(run.number or 0 for run in each[1]), reverse=True)
    return {key: _in_order(runs) for key, runs in newest_first}


def _in_order(runs: list[Run]) -> Experiment:
    group = runs[0].settings.group
    assert group is not None
    if is_amount(group.setting):
        return Experiment(group, sorted(runs, key=lambda run: amount(group.setting, run.recipe)))
    return Experiment(group, sorted(runs, key=lambda run: (run.number or 0, run.id)))


def cancel(runs: Sequence[Run]) -> None:
    """End all of these runs that have not ended: those that wait at once, one that trains at its next chance."""
    for run in runs:
        with suppress(UserError):  # deleted in the meantime
            control.cancel(run)


def verdict(experiment: Experiment) -> list[str]:
    """What came of it so far, in sentences, in Markdown."""
    return [*_best(experiment), *_left_out(experiment)]


def _best(experiment: Experiment) -> list[str]:
    compared = experiment.compared
    if not compared:
        return ["The chart fills in while the runs train." if experiment.active else "No run came to its end."]
    if experiment.setting == "seed" and len(compared) > 1:
        return [_spread([_validation(run) for run in compared])]
    best = max(compared, key=_validation)
    last = accuracy_of(best)
    assert last is not None
    sentence = f"est on validation images: **{experiment.value(best)}**, with {percent(_validation(best))}"
    sentence = (f"So far, of {len(compared)}, b" if experiment.active else "B") + sentence
    if last.test_accuracy is not None:
        sentence += f". On test images, which had no say in the choice, it reads {percent(last.test_accuracy)} right"
    return [sentence + ".", *_chance(experiment, best)]


def _spread(accuracies: list[float]) -> str:
    low, high = min(accuracies), max(accuracies)
    return (
        f"Only the seed differs, so what differs in the result is luck: from {percent(low)} to {percent(high)} of the "
        "validation images. Two settings whose results differ by less than that may be equally good."
    )


def _chance(experiment: Experiment, best: Run) -> list[str]:
    """Whether chance can make of the best what others are: by the 95 % interval of its validation images."""
    others = [run for run in experiment.compared if run is not best]
    images = best.status.validation_images
    if not others or not images:
        return []
    low, high = accuracy_interval(_validation(best), images)
    near = [experiment.value(run) for run in others if _validation(run) >= low]
    if not near:
        return [f"No other comes as near as chance could explain with {images:,} validation images."]
    return [
        f"With {images:,} validation images, chance alone moves such a figure between about {percent(low)} and "
        f"{percent(high)}, so {_in_words(near)} may be as good."
    ]


def _left_out(experiment: Experiment) -> list[str]:
    """The runs that ended otherwise than they should."""
    told = []
    for run in experiment.runs:
        if run.is_active or run in experiment.compared:
            continue
        how = LEFT_OUT.get(run.status.state, "has no result")
        if run.status.state == "stopped":
            how = f"was stopped after step {run.last_step:,}" if run.last_step else "was cancelled"
        told.append(f"{experiment.value(run)} {how}")
    unequal = {run.last_step for run in experiment.compared} if experiment.setting != "steps" else set()
    return [
        *([f"Not compared: {', '.join(told)}."] if told else []),
        *(["They have not all taken the same number of steps."] if len(unequal) > 1 else []),
    ]


def _validation(run: Run) -> float:
    last = accuracy_of(run)
    return (last.validation_accuracy or 0.0) if last else -math.inf


def _in_words(values: list[str]) -> str:
    return values[0] if len(values) == 1 else f"{', '.join(values[:-1])} and {values[-1]}"
