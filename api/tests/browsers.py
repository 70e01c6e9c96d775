"""Headers as real browsers send them to /collect, by name of the browser. Values are of releases of 2025 and
2026; those of Chromium and Firefox were taken from the browsers themselves."""

from __future__ import annotations

from typing import Final

_FETCH: Final = {
    "sec-fetch-site": "cross-site",
    "sec-fetch-mode": "cors",
    "sec-fetch-dest": "empty",
}
_CHROMIUM: Final = {
    "accept": "*/*",
    "accept-encoding": "gzip, deflate, br, zstd",
    "accept-language": "de-DE,de;q=0.9,en-US;q=0.8,en;q=0.7",
    "x-forwarded-proto": "https",
    **_FETCH,
}
_CHROME_BRANDS: Final = '"Google Chrome";v="141", "Not?A_Brand";v="8", "Chromium";v="141"'
_WEBKIT: Final = "AppleWebKit/537.36 (KHTML, like Gecko)"


def _chromium(
    user_agent: str, brands: str, platform: str, *, is_mobile: bool = False
) -> dict[str, str]:
    return {
        **_CHROMIUM,
        "user-agent": user_agent,
        "sec-ch-ua": brands,
        "sec-ch-ua-platform": f'"{platform}"',
        "sec-ch-ua-mobile": "?1" if is_mobile else "?0",
    }


def _other(user_agent: str, language: str = "en-GB,en;q=0.5") -> dict[str, str]:
    return {
        "accept": "*/*",
        "accept-encoding": "gzip, deflate, br",
        "accept-language": language,
        "user-agent": user_agent,
        "x-forwarded-proto": "https",
        **_FETCH,
    }


BROWSERS: Final[dict[str, dict[str, str]]] = {
    "Chrome on Windows": _chromium(
        f"Mozilla/5.0 (Windows NT 10.0; Win64; x64) {_WEBKIT} Chrome/141.0.0.0 Safari/537.36",
        _CHROME_BRANDS,
        "Windows",
    ),
    "Chrome on macOS": _chromium(
        f"Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) {_WEBKIT} Chrome/141.0.0.0 Safari/537.36",
        _CHROME_BRANDS,
        "macOS",
    ),
    "Chrome on Linux": _chromium(
        f"Mozilla/5.0 (X11; Linux x86_64) {_WEBKIT} Chrome/141.0.0.0 Safari/537.36",
        _CHROME_BRANDS,
        "Linux",
    ),
    "Chrome on a Chromebook": _chromium(
        f"Mozilla/5.0 (X11; CrOS x86_64 14541.0.0) {_WEBKIT} Chrome/141.0.0.0 Safari/537.36",
        _CHROME_BRANDS,
        "Chrome OS",
    ),
    "Chrome on Android": _chromium(
        f"Mozilla/5.0 (Linux; Android 10; K) {_WEBKIT} Chrome/141.0.0.0 Mobile Safari/537.36",
        _CHROME_BRANDS,
        "Android",
        is_mobile=True,
    ),
    "Chrome on an Android tablet": _chromium(
        f"Mozilla/5.0 (Linux; Android 10; K) {_WEBKIT} Chrome/141.0.0.0 Safari/537.36",
        _CHROME_BRANDS,
        "Android",
    ),
    "Edge on Windows": _chromium(
        f"Mozilla/5.0 (Windows NT 10.0; Win64; x64) {_WEBKIT} Chrome/141.0.0.0 Safari/537.36 Edg/141.0.0.0",
        '"Microsoft Edge";v="141", "Not?A_Brand";v="8", "Chromium";v="141"',
        "Windows",
    ),
    "Samsung Internet": _chromium(
        f"Mozilla/5.0 (Linux; Android 10; K) {_WEBKIT} SamsungBrowser/28.0 Chrome/130.0.0.0 Mobile Safari/537.36",
        '"Chromium";v="130", "Samsung Internet";v="28.0", "Not?A_Brand";v="99"',
        "Android",
        is_mobile=True,
    ),
    "Instagram on Android": _chromium(
        "Mozilla/5.0 (Linux; Android 14; Pixel 8 Build/UP1A; wv) AppleWebKit/537.36 (KHTML, like Gecko)"
        " Version/4.0 Chrome/141.0.0.0 Mobile Safari/537.36 Instagram 350.0.0.32 Android",
        '"Android WebView";v="141", "Not?A_Brand";v="8", "Chromium";v="141"',
        "Android",
        is_mobile=True,
    ),
    "Chromium of a plain address": {
        name: value
        for name, value in _chromium(
            f"Mozilla/5.0 (X11; Linux x86_64) {_WEBKIT} Chrome/141.0.0.0 Safari/537.36", "", ""
        ).items()
        # Over plain http to a host that is not this machine, neither hints nor metadata are sent.
        if not name.startswith("sec-") and name != "x-forwarded-proto"
    },
    "Firefox on Windows": _other(
        "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:144.0) Gecko/20100101 Firefox/144.0"
    ),
    "Firefox on Linux": _other(
        "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
    ),
    "Firefox on Android": _other(
        "Mozilla/5.0 (Android 14; Mobile; rv:144.0) Gecko/144.0 Firefox/144.0"
    ),
    "Safari on macOS": _other(
        "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko)"
        " Version/18.1 Safari/605.1.15",
        "fr-FR,fr;q=0.9",
    ),
    "Safari on an iPhone": _other(
        "Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko)"
        " Version/18.1 Mobile/15E148 Safari/604.1",
        "en-US,en;q=0.9",
    ),
    "Safari on an iPad": _other(
        "Mozilla/5.0 (iPad; CPU OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko)"
        " Version/17.5 Mobile/15E148 Safari/604.1",
        "en-US,en;q=0.9",
    ),
    "Chrome on an iPhone": _other(
        "Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko)"
        " CriOS/141.0.7390.69 Mobile/15E148 Safari/604.1",
        "en-US,en;q=0.9",
    ),
    "Safari of before metadata": {
        name: value
        for name, value in _other(
            "Mozilla/5.0 (iPhone; CPU iPhone OS 15_8 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko)"
            " Version/15.6 Mobile/15E148 Safari/604.1"
        ).items()
        if not name.startswith("sec-fetch")
    },
}

# What a Chromium says that a program drives with nothing hidden (taken from one, of 2026).
PLAIN_HEADLESS: Final = {
    "user-agent": "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko)"
    " HeadlessChrome/141.0.0.0 Safari/537.36",
    "sec-ch-ua": '"Not:A-Brand";v="8", "Chromium";v="141"',
    "sec-ch-ua-platform": '"Linux"',
    "sec-ch-ua-mobile": "?0",
    "accept": "*/*",
    "accept-encoding": "gzip, deflate, br, zstd",
    "accept-language": "en-US,en;q=0.9",
    **_FETCH,
}
