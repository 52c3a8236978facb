"""Checks board.kicad_pcb by KiCad's own rules and plots what a maker takes: /usr/bin/python3
plot.py FOLDER OUT.

It runs in Debian's Python, which has KiCad's module; FOLDER has the board, OUT gets Gerber files
and the drill file.
"""

import re
import sys
from pathlib import Path

import pcbnew

LAYERS = {
    "F_Cu": pcbnew.F_Cu,
    "B_Cu": pcbnew.B_Cu,
    "F_Mask": pcbnew.F_Mask,
    "B_Mask": pcbnew.B_Mask,
    "F_SilkS": pcbnew.F_SilkS,
    "Edge_Cuts": pcbnew.Edge_Cuts,
}
DATES = re.compile(
    r"(?m)^(%TF\.CreationDate.*|G04 Created by KiCad.*|; DRILL file .*|; #@! TF\.CreationDate.*)\n"
)


def check(board, report):
    """Ends the program where KiCad finds anything."""
    pcbnew.WriteDRCReport(board, str(report), pcbnew.EDA_UNITS_MILLIMETRES, True)
    found = report.read_text()
    report.unlink()
    if set(re.findall(r"Found (\d+)", found)) != {"0"}:
        sys.exit(found)


def plot(board, out):
    control = pcbnew.PLOT_CONTROLLER(board)
    options = control.GetPlotOptions()
    options.SetOutputDirectory(str(out))
    options.SetPlotFrameRef(False)
    options.SetCreateGerberJobFile(False)
    options.SetSubtractMaskFromSilk(True)
    for name, layer in LAYERS.items():
        control.SetLayer(layer)
        control.OpenPlotfile(name, pcbnew.PLOT_FORMAT_GERBER, name)
        control.PlotLayer()
    control.ClosePlot()
    drill = pcbnew.EXCELLON_WRITER(board)
    drill.SetOptions(False, False, pcbnew.wxPoint(0, 0), True)
    drill.SetFormat(True)
    drill.CreateDrillandMapFilesSet(str(out), True, False)


def without_dates(out):
    """The same board gives the same files."""
    for path in out.iterdir():
        path.write_text(DATES.sub("", path.read_text()))


if __name__ == "__main__":
    folder, out = Path(sys.argv[1]), Path(sys.argv[2])
    loaded = pcbnew.LoadBoard(str(folder / "board.kicad_pcb"))
    check(loaded, out / "drc.txt")
    plot(loaded, out)
    without_dates(out)
