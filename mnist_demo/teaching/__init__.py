"""Teaching a trained model the hands of the people here, and saying honestly what that brought."""
