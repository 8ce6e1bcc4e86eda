"""On what somebody is logged in, in words that they know it by. Pure."""

BROWSERS = (("Edg", "Edge"), ("OPR/", "Opera"), ("SamsungBrowser", "Samsung Internet"), ("Firefox", "Firefox"),
            ("FxiOS", "Firefox"), ("CriOS", "Chrome"), ("Chrom", "Chrome"), ("Safari", "Safari"))  # fmt: skip
SYSTEMS = (("Android", "Android"), ("iPhone", "iPhone"), ("iPad", "iPad"), ("Windows", "Windows"), ("CrOS", "ChromeOS"),
           ("Macintosh", "Mac"), ("Linux", "Linux"))  # fmt: skip


def device_words(user_agent: str) -> str:
    """E.g. `Chrome di Android`; of what is not known nothing is told."""
    browser = next((word for sign, word in BROWSERS if sign in user_agent), "Peramban lain")
    system = next((word for sign, word in SYSTEMS if sign in user_agent), "")
    return f"{browser} di {system}" if system else browser
