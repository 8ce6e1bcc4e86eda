"""Reads an office's TOML text value by value, so that a mistake is answered with its file, line and entry."""

import re
import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any, cast


class FileRefused(ValueError):
    """A file of the office that cannot be used; its sentence names file, line and entry."""


@dataclass(frozen=True, slots=True)
class Table:
    """One table of a TOML text: its values, its dotted name, and the line where it begins."""

    source: str
    text: str
    rows: dict[str, Any]
    name: str = ""
    line: int = 1

    @staticmethod
    def of(text: str, source: str) -> "Table":
        """Read a whole text; `source` is the file's name as the operator knows it."""
        try:
            return Table(source, text, tomllib.loads(text))
        except tomllib.TOMLDecodeError as error:
            raise FileRefused(f"{source}: TOML tidak terbaca: {error}.") from error
        except RecursionError:
            raise FileRefused(f"{source}: TOML tidak terbaca: terlalu banyak kurung di dalam kurung.") from None

    def refused(self, why: str, key: str = "") -> FileRefused:
        """Make the refusal of one entry, for the caller to raise."""
        line = self._line_of(rf'"?{re.escape(key)}"?\s*[=.]') if key else self.line
        return FileRefused(f"{self.source} baris {line}{f', {key}' if key else ''}: {why}")

    def refused_at_last(self, pattern: str, why: str) -> FileRefused:
        """Make the refusal of the last line that begins as the regular expression says."""
        lines = [n for n, line in enumerate(self.text.splitlines(), 1) if re.match(rf"\s*{pattern}", line)]
        return FileRefused(f"{self.source} baris {lines[-1] if lines else self.line}: {why}")

    def only(self, *keys: str) -> None:
        """Refuse an entry that is none of these, so that a typo is not passed over."""
        for key in self.rows.keys() - set(keys):
            raise self.refused(f"Entri ini tidak dikenal; yang dikenal: {', '.join(keys)}.", key)

    def words(self, key: str) -> str:
        """Give a text that says something."""
        value = self._value(key)
        if not isinstance(value, str) or not value.strip() or "\x00" in value:
            raise self.refused("Isilah dengan teks di antara tanda kutip.", key)
        return value

    def number(self, key: str) -> int:
        """Give a whole number."""
        value = self._value(key)
        if type(value) is not int:
            raise self.refused("Isilah dengan bilangan bulat.", key)
        return value

    def yes(self, key: str) -> bool:
        """Give a yes or no."""
        value = self._value(key)
        if type(value) is not bool:
            raise self.refused("Isilah dengan true atau false.", key)
        return value

    def day(self, key: str) -> date:
        """Give a date."""
        value = self._value(key)
        if type(value) is not date:
            raise self.refused("Isilah dengan tanggal tanpa tanda kutip, misalnya 2026-12-24.", key)
        return value

    def texts(self, key: str) -> tuple[str, ...]:
        """Give a list of texts."""
        value = self._value(key)
        items = cast(list[object], value) if isinstance(value, list) else []
        texts = tuple(item for item in items if isinstance(item, str))
        if not texts or len(texts) < len(items):
            raise self.refused("Isilah dengan daftar teks di antara kurung siku.", key)
        return texts

    def table(self, key: str) -> "Table":
        """Give the table of that name inside this one."""
        value = self._value(key)
        if not isinstance(value, dict):
            raise self.refused(f"Isilah sebagai tabel [{self._path(key)}].", key)
        line = self._line_of(re.escape(f"[{self._path(key)}]"))
        return Table(self.source, self.text, cast(dict[str, Any], value), self._path(key), line)

    def tables(self, key: str) -> Iterable["Table"]:
        """Give the tables of that repeated name, in order; none where there is none."""
        value = self.rows.get(key, [])
        items = cast(list[object], value) if isinstance(value, list) else [value]
        header, line = re.escape(f"[[{self._path(key)}]]"), self.line
        for item in items:
            line = self._line_of(header, line)
            if not isinstance(item, dict):
                raise self.refused(f"Isilah sebagai tabel [[{self._path(key)}]].", key)
            yield Table(self.source, self.text, cast(dict[str, Any], item), self._path(key), line)
            line += 1

    def _value(self, key: str) -> object:
        if key not in self.rows:
            raise self.refused(f"Entri {key} belum ada.")
        return self.rows[key]

    def _path(self, key: str) -> str:
        return f"{self.name}.{key}" if self.name else key

    def _line_of(self, pattern: str, begin: int | None = None) -> int:
        first = begin or self.line
        lines = enumerate(self.text.splitlines()[first - 1 :], first)
        return next((n for n, line in lines if re.match(rf"\s*{pattern}", line)), self.line)
