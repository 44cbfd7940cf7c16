"""How Segue looks: tokens, the stylesheet rendered from them, fonts and icons. Knows no page and no player."""
