"""Read news as agencies, mail and archives of the web hand it over: NewsML-G2, NITF, EML, WARC."""

from pipeline.sources.exchange_formats.mail import read_mail
from pipeline.sources.exchange_formats.news_items import read_news_items
from pipeline.sources.exchange_formats.web_archives import ArchivedPage, PageReader, read_web_archive

__all__ = ["ArchivedPage", "PageReader", "read_mail", "read_news_items", "read_web_archive"]
