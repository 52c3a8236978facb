"""What people read: Chinese as warehouse staff say it, one word for one thing, and a store's own
word for its list."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import samebag
from samebag.core.verdicts import Waits
from samebag.core.words import calling
from samebag.web.texts import load_words
from samebag.words.screen import WAITS

FIRMWARE = Path(samebag.__file__).parent
HOUSE = FIRMWARE.parents[1]
BETTER = {  # what was said, or could be; what a warehouse says
    "上岗|下岗": "登录, 退出: 下岗 is laid off",
    "站台": "工位: 站台 is a railway platform",
    "包装员": "打包员",
    "封口": "已复核, 未扫新标签: 封口 is taped shut",
    "不一致": "贴错: differs from 一致 by one character",
    "错袋": "错贴",
    "标签卷": "批次, 整卷标签串位",
    "账本": "核对日志: 账本 keeps money",
    "影子": "试运行",
    "体检": "设备诊断: 体检 is for people",
    "相机": "摄像头",
    "结束警告": "解除警告",
    "召回": "追回: 召回 is a maker's",
    "找回": "追回",
    "装箱单": "配货单, which store.list_name replaces",
}
READ = {".py", ".toml", ".html", ".js", ".md", ".yml", ".catalog", ""}
OTHERS_WORDS = {"orders", "demo"}  # folders: columns and states as ERPs write them


def texts() -> list[Path]:
    code = [path for path in FIRMWARE.rglob("*") if path.suffix in {".py", ".toml", ".html", ".js"}]
    guides = [
        path for folder in ("docs", "hardware", "systemd") for path in (HOUSE / folder).iterdir()
    ]
    of_people = [
        path
        for path in (*code, *guides, HOUSE / "README.zh.md")
        if path.is_file() and path.suffix in READ
    ]
    return [path for path in of_people if not OTHERS_WORDS & set(path.parts)]


@pytest.mark.parametrize("word", BETTER)
def test_one_word_is_said_for_one_thing(word: str) -> None:
    said = [
        f"{path.relative_to(HOUSE)}: {line.strip()}: {BETTER[word]}"
        for path in texts()
        for line in path.read_text("utf-8").splitlines()
        if re.search(word, line)
    ]
    assert said == []


def test_a_stores_own_word_for_the_cargo_list_is_on_page_and_in_messages() -> None:
    assert calling("还缺配货单：请扫描", "拣货单") == "还缺拣货单：请扫描"
    assert (
        calling("Cargo list missing, the cargo list", "拣货单")
        == "Cargo list missing, the cargo list"
    )
    assert (
        calling("Cargo list missing, the cargo list", "packing slip")
        == "packing slip missing, the packing slip"
    )
    assert load_words("拣货单")["kind.cargo list"] == {"zh": "拣货单", "en": "cargo list"}
    assert WAITS[Waits.CARGO_LIST].calling("拣货单").zh == "还缺拣货单：请扫描，或朝上放好"
