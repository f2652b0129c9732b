from .catalogue import LANGUAGES as LANGUAGES
from .catalogue import in_language as in_language
from .phrases import Phrase as Phrase
from .voice import Voice as Voice
