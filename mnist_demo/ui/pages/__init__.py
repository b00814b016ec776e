"""One file a page, nothing but its layout."""
