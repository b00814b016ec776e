"""How the pupils of a class look: an animal on a disc of a colour, and in words."""

from mnist_demo.classroom.tables import Pupil

FACES = {
    **{"bat": "🦇", "bear": "🐻", "bee": "🐝", "camel": "🐫", "cat": "🐱", "cow": "🐮", "crab": "🦀", "dog": "🐶"},
    **{"dolphin": "🐬", "duck": "🦆", "eagle": "🦅", "elephant": "🐘", "fox": "🦊", "frog": "🐸", "giraffe": "🦒"},
    **{"goat": "🐐", "hamster": "🐹", "hedgehog": "🦔", "horse": "🐴", "kangaroo": "🦘", "koala": "🐨", "lion": "🦁"},
    **{"lizard": "🦎", "monkey": "🐵", "mouse": "🐭", "otter": "🦦", "owl": "🦉", "panda": "🐼", "parrot": "🦜"},
    **{"penguin": "🐧", "pig": "🐷", "rabbit": "🐰", "raccoon": "🦝", "seal": "🦭", "sheep": "🐑", "sloth": "🦥"},
    **{"snail": "🐌", "swan": "🦢", "tiger": "🐯", "turtle": "🐢", "whale": "🐳", "wolf": "🐺", "zebra": "🦓"},
}
SHADES = {
    **{"red": "#d7263d", "orange": "#f08a00", "yellow": "#f7d21e", "green": "#1f9d55", "blue": "#2b6fd6"},
    **{"purple": "#7b3fb5", "pink": "#f48fb1", "brown": "#7a4b2a", "grey": "#8b9099", "white": "#ffffff"},
}


def name(pupil: Pupil) -> str:
    """How a pupil is called: "red fox"."""
    return f"{pupil.colour} {pupil.animal}"


def face(pupil: Pupil) -> str:
    """The same as a picture, in HTML; it says nothing that the name does not."""
    return f'<span aria-hidden="true" style="background: {SHADES[pupil.colour]}">{FACES[pupil.animal]}</span>'
