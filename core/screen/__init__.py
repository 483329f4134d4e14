"""What a screen shows, as far as no page is needed for it: strings in a language, scripts joined for the browser."""
