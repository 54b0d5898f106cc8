"""Tell simplified from traditional Chinese by the characters that only one of them uses."""

from __future__ import annotations

from typing import Literal

# Frequent characters of news, pair by pair in the same order. Characters that both writings use (后, 里, 台, 只, 干,
# 面, 云, 系, 余, 才) are left out, since they decide nothing.
_SIMPLIFIED = (
    "国个这们来时说会对发经学过还进动现产开问关间实应从华业东长门马车见当无电话军战议记员总资选举报亲观书机场际统权运让谈讲论"
    "证诉访评认设许该语请调护负责财质费贸赛赞轻轮较辑达边远违连迁递邻郑钟钢钱铁银锋错键阳阴陆陈险随隐难雾韩页顶项顺须顾顿预领"
    "频题额风飞饭馆驻验鱼鲁鸟鸡麦黄龙龟优价众伤伟传伦侧侦债倾储儿党兰兴养兽内册农冲决况冻净减凤击刘则刚创删别剂剧劝办务劳势区"
    "医协单卖卫厂厅历压厌县参双变号叶吗听启呜咏响团园围图圆圣坏块坚坛坝坟垒备复够头夹夺奋奖妇妈娱孙宁宝审宪宫宽宾寻导寿将尔尝"
    "层属岁岛岭币师带帮广庆库庙废异弃张弹强归录彻径恋恶恼惊惩惯愿慑戏户执扩扫扬扰抚抢拥择损换据掷摄摆断旧昼显晋晓暂术朴条杨极"
    "构标栏树样桥检楼欢欧歼残毁毕气汇汉沟没泪泽洁测济涛涨渐温湾湿满灭灯灵灾炉点炼热爱爷状狱猎献环疗盐监盖盘矿码确离种积称稳穷"
    "竞笔签简类粮纠纪约级纷纸纽线练组细终绍结绝继续绩维综绿网罗罚罢职联肃胁胜脑脱脸舰艺节苏药荣营蒋蓝虑虽蚀补装规视览觉"
)
_TRADITIONAL = (
    "國個這們來時說會對發經學過還進動現產開問關間實應從華業東長門馬車見當無電話軍戰議記員總資選舉報親觀書機場際統權運讓談講論"
    "證訴訪評認設許該語請調護負責財質費貿賽贊輕輪較輯達邊遠違連遷遞鄰鄭鐘鋼錢鐵銀鋒錯鍵陽陰陸陳險隨隱難霧韓頁頂項順須顧頓預領"
    "頻題額風飛飯館駐驗魚魯鳥雞麥黃龍龜優價眾傷偉傳倫側偵債傾儲兒黨蘭興養獸內冊農沖決況凍淨減鳳擊劉則剛創刪別劑劇勸辦務勞勢區"
    "醫協單賣衛廠廳歷壓厭縣參雙變號葉嗎聽啟嗚詠響團園圍圖圓聖壞塊堅壇壩墳壘備復夠頭夾奪奮獎婦媽娛孫寧寶審憲宮寬賓尋導壽將爾嘗"
    "層屬歲島嶺幣師帶幫廣慶庫廟廢異棄張彈強歸錄徹徑戀惡惱驚懲慣願懾戲戶執擴掃揚擾撫搶擁擇損換據擲攝擺斷舊晝顯晉曉暫術樸條楊極"
    "構標欄樹樣橋檢樓歡歐殲殘毀畢氣匯漢溝沒淚澤潔測濟濤漲漸溫灣濕滿滅燈靈災爐點煉熱愛爺狀獄獵獻環療鹽監蓋盤礦碼確離種積稱穩窮"
    "競筆簽簡類糧糾紀約級紛紙紐線練組細終紹結絕繼續績維綜綠網羅罰罷職聯肅脅勝腦脫臉艦藝節蘇藥榮營蔣藍慮雖蝕補裝規視覽覺"
)
_ONLY_SIMPLIFIED = frozenset(_SIMPLIFIED)
_ONLY_TRADITIONAL = frozenset(_TRADITIONAL)

# Every fifth or sixth character of Chinese news is in the table, so a headline is enough to decide.
_READ_CODE_POINTS = 1_000


def chinese_script(text: str) -> tuple[Literal["Hans", "Hant"], float]:
    """Tell the script of a Chinese text.

    Args:
        text: Chinese; the first 1,000 code points are read.

    Returns:
        ISO 15924 code, and its share of the characters that decide; ``Hans`` and 0.5 when none does.

    Source: the Chinese government's General List of Simplified Characters (2013), as known to readers of both.
    """
    read = text[:_READ_CODE_POINTS]
    simplified = sum(character in _ONLY_SIMPLIFIED for character in read)
    traditional = sum(character in _ONLY_TRADITIONAL for character in read)
    if simplified == traditional:
        return "Hans", 0.5
    if traditional > simplified:
        return "Hant", traditional / (simplified + traditional)
    return "Hans", simplified / (simplified + traditional)
