from .catalogue import LANGUAGES as LANGUAGES
from .catalogue import Phrase as Phrase
from .catalogue import in_language as in_language
from .catalogue import say as say
