"""What the app explains: the glossary of its terms, and the longer explanations."""
