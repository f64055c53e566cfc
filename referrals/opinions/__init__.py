"""What youths think of what was proposed to them: asked by their link, kept as counts alone (ADR 0030)."""
