"""A package, so that what its tests share, a browser above all, ends with them and not with the session."""
