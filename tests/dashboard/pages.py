"""The whole page in Streamlit's harness: opened by its link, checked after every run, its buttons pressed."""

from pathlib import Path

from streamlit.testing.v1 import AppTest

MAIN = Path(__file__).resolve().parents[2] / "dashboard" / "main.py"


def opened(page: str = "", patience: float = 30, **link: str) -> AppTest:
    app = AppTest.from_file(str(MAIN), default_timeout=patience)
    for name, value in link.items():
        app.query_params[name] = value
    if page:
        app.switch_page(page)
    return checked(app.run())


def checked(app: AppTest) -> AppTest:
    assert not app.exception, app.exception[0].message
    return app


def press(app: AppTest, label: str) -> AppTest:
    return checked(next(button for button in app.button if button.label == label).click().run())
