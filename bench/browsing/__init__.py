"""How long people wait for the page, measured in a real browser."""
