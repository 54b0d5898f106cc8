"""Chinese words that share a character with a name: 舞台中央 is a stage and no Taichung, 欧美国家 is not the US."""

from __future__ import annotations

# Words of two characters whose last one may begin a name (台北, 中国), and whose first one may end one (大连, 海地).
_BEFORE = (
    "舞台 平台 电台 阳台 讲台 柜台 后台 前台 上台 下台 站台 吧台 其中 集中 高中 初中 心中 手中 "
    "空中 途中 家中 当中 水中 眼中 口中 华中 昨日 今日 近日 次日 当日 同日 每日 即日 明日 节日 "
    "生日 周日 假日 平日 连日 变成 完成 构成 形成 造成 组成 达成 促成 建成 分成 合成 当成 写成 "
    "看成 说成 做成 改成 养成 成长 校长 市长 部长 局长 院长 船长 家长 增长 会长 团长 州长 总长 "
    "延长 队长 行长 厂长 扩大 巨大 强大 最大 重大 广大 伟大 较大 加大 很大 更大 参加 增加 更加 "
    "添加 施加 附加 外加 强加 宪法 立法 司法 执法 方法 无法 办法 做法 想法 看法 违法 依法 合法 "
    "非法 书法 语法 道德 品德 精英 欧美 完美 精美 优美 赞美 中美 北美 南美 拉美 沿海 东海 南海 "
    "渤海 东北 西北 河北 湖北 华北 湖南 河南 云南 江南 广东 山东 华东 隆重 严重 尊重 沉重 推广 "
    "广西 陕西 江西 山西 国王 女王 亲王 大王 霸王 中华 才华 考古 复古 理智 明智 机智 国泰 中俄 "
    "打印 复印 脚印 水印 赢得 取得 获得"
)
_AFTER = (
    "连锁 连续 连接 连任 连胜 连夜 连忙 连同 纳入 纳税 沙发 沙滩 沙漠 沙龙 朗读 朗诵 西部 西侧 "
    "古老 古代 古迹 士气 士兵 典礼 典型 地区 地方 地带 地铁 地面 哥哥 宁愿 宁静 非常 非法 非但 "
    "及其 及时 及早 及格 港口 门票 门口 约定 约会 约束 约有 约为 约占 其他 其中 其它 其实 其余 "
    "列车 列为 列入 列出 登山 登记 登录 登陆 歌手 歌曲 果汁 果园 果树 果农 果酱 米饭 米粥 米线 "
    "为了 为什 普通 普遍 普及 普查 基本 基地 基于 马上 马路 林业 林区 京剧 京胡 庆祝 庆典 庆幸 "
    "汉语 汉字 毅然 毅力 鲁莽 利用 利益 利润 利率 利息 里面 里程 海面 海域 海洋 海水 海边 海滩 "
    "南部 南方 东部 东方 藏身 藏品 强调 强烈 强化 强迫 巴士 云端"
)
_TRADITIONAL = str.maketrans(
    "国会长连续锁胜阳讲电变构组达养写说当车为龙庆欧优赞执无办违书语节后广扩强伟较参纳税滩读诵东侧气礼宁静时华门约占"
    "实余录陆记园树农酱饭线业区剧严汉亲铁带鲁润获总队厂陕复云见赢",
    "國會長連續鎖勝陽講電變構組達養寫說當車為龍慶歐優讚執無辦違書語節後廣擴強偉較參納稅灘讀誦東側氣禮寧靜時華門約佔"
    "實餘錄陸記園樹農醬飯線業區劇嚴漢親鐵帶魯潤獲總隊廠陝複雲見贏",
)


def _in_both_scripts(words: str) -> frozenset[str]:
    return frozenset(words.split()) | frozenset(words.translate(_TRADITIONAL).split())


_WORDS_BEFORE, _WORDS_AFTER = _in_both_scripts(_BEFORE), _in_both_scripts(_AFTER)


def tears_a_word(text: str, start: int, end: int) -> bool:
    """Whether a Chinese name would take a character away from the word before it or after it.

    Args:
        text: The field.
        start: Of the name, in code points.
        end: Behind the name.
    """
    return text[max(0, start - 1) : start + 1] in _WORDS_BEFORE or text[end - 1 : end + 1] in _WORDS_AFTER
