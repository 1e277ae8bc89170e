"""Colours of a page that is light or dark, as whoever reads it has set their screen."""

from collections.abc import Mapping

from tuimon.charts.roles import Role


class PageVariables(Mapping[Role, str]):
    """CSS variables in place of colours: each role that is asked for gets one."""

    def __init__(self, light: Mapping[Role, str], dark: Mapping[Role, str]) -> None:
        self._light, self._dark = light, dark
        self._names: dict[Role, str] = {}

    def __getitem__(self, role: Role) -> str:
        return f"var(--{self._names.setdefault(role, f'i{len(self._names)}')})"

    def __iter__(self):  # type: ignore[no-untyped-def]
        return iter(self._names)

    def __len__(self) -> int:
        return len(self._names)

    def style(self, selector: str, **more: tuple[str, str]) -> str:
        """What gives those that were asked for their colours; `more` by name, light and dark."""
        named = [(name, self._light[role], self._dark[role]) for role, name in self._names.items()]
        named += [(name, *both) for name, both in more.items()]
        light = "".join(f"--{name}:{one};" for name, one, _ in named)
        dark = "".join(f"--{name}:{one};" for name, _, one in named)
        found = {"": light, "@media screen and (prefers-color-scheme:dark)": dark}  # paper is light
        rules = {at: f"{selector}{{{values}}}" for at, values in found.items()}
        return "".join(f"{at}{{{rule}}}" if at else rule for at, rule in rules.items())
