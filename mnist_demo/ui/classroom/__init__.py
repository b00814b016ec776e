"""The parts of the Class page as its teacher sees it; pupils see those of `ui.pupils`."""
