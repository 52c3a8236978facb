"""Who stands at the station, by the badges they scanned. Pure."""

from __future__ import annotations

from dataclasses import dataclass

from samebag.core.codes.badges import Badge

SUPERVISOR_S = 60.0  # ours: long enough to scan a command, too short to be forgotten


@dataclass(slots=True)
class People:
    """``packer`` is empty when nobody has logged in, or nothing happened for ``logout_s``."""

    logout_s: float
    _packer: str = ""
    _supervisor: str = ""
    _packer_until_s: float = 0.0
    _supervisor_until_s: float = 0.0

    def scanned(self, badge: Badge, at_s: float) -> None:
        """A genuine badge; the same packer's badge again logs out."""
        if badge.supervisor:
            self._supervisor, self._supervisor_until_s = badge.name, at_s + SUPERVISOR_S
        elif badge.name == self.packer(at_s):
            self._packer = ""
        else:
            self._packer, self._packer_until_s = badge.name, at_s + self.logout_s

    def worked(self, at_s: float) -> None:
        if self.packer(at_s):
            self._packer_until_s = at_s + self.logout_s

    def packer(self, at_s: float) -> str:
        return self._packer if at_s < self._packer_until_s else ""

    def supervisor(self, at_s: float) -> str:
        return self._supervisor if at_s < self._supervisor_until_s else ""
