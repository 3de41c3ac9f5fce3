"""Words before a password, a code or a date of birth, in nine languages and Swedish."""

PASSWORDS = (
    r"pass(?:word|code|phrase|wort|wd)|(?:my |mein |login |user |/)pass|pass(?=[:=])|pwd?|psw"
    r"|kennwort|mot de passe|mdp|contrase(?:ñ|n)a|clave|wachtwoord"
    r"|has(?:ł|l)(?:o|em)|senha|palavra[- ]passe|[şs]ifre(?:m|miz|niz)?|parola(?:m|mız)?"
    r"|l(?:ö|o)senord"
)
"""A secret of any characters stands behind one of these and "is", "=" or ":"."""

LOGINS = (
    r"log-?in|user ?(?:name|id)|(?:be)?nutzer(?:name|kennung)|anmeldename|identifiant|pseudo"
    r"|nom d['’]utilisateur|(?:nombre de )?usuario|(?:nome )?utente|gebruikersnaam|inlognaam"
    r"|nazwa u(?:ż|z)ytkownika|(?:nome de )?(?:usu(?:á|a)rio|utilizador)"
    r"|kullan(?:ı|i)c(?:ı|i) ad(?:ı|i)(?:m)?|nick(?:name)?"
)
"""What somebody signs in with, of letters and digits, stands behind one of these."""

CODES = (
    r"(?:pin(?:code)?|otp|puk|tan|passcode)(?=[^0-9]{0,16}[0-9]{4})|[cs]vv2?|cvc2?|cvn|csc"
    r"|(?:security|verification|one[- ]time) code"
    r"|(?:sicherheits|best(?:ä|ae)tigungs|einmal|pr(?:ü|ue)f|freischalt)code"
    r"|(?:karten)?pr(?:ü|ue)fn(?:umme|)r|geheimzahl|code (?:secret|de s(?:é|e)curit(?:é|e))"
    r"|cryptogramme|c(?:ó|o)digo de (?:seguridad"
    r"|seguran(?:ç|c)a|verifica(?:ci(?:ó|o)n|(?:ç|c)(?:ã|a)o))"
    r"|codice (?:di sicurezza|di verifica|segreto)|(?:beveiligings|veiligheids|verificatie)code"
    r"|kod (?:zabezpiecze(?:ń|n)|bezpiecze(?:ń|n)stwa|weryfikacyjny|cvv)"
    r"|(?:g(?:ü|u)venlik|do(?:ğ|g)rulama) kod(?:u|um)?|s(?:ä|a)kerhetskod"
)
"""A secret of digits stands behind one of these."""

BIRTHS = (
    r"d\.?o\.?b\.?|date of birth|birth ?date|born(?: on)?|geboren(?: am)?|geb\.?(?: am)?"
    r"|geburtsdatum|geburtstag(?= ?:)"
    r"|n(?:é|e)(?:e|\(e\))? le|date de naissance|nacid[oa] el|nac(?:í|i) el"
    r"|fecha de nacimiento|nat[oa] il|data di nascita|geboren op|geboortedatum|geb(?:\.|oren) op"
    r"|urodzon[yae]|urodzi(?:ł|l)[ae]m si(?:ę|e)|ur\.|data urodzenia|nascid[oa] (?:em|a)"
    r"|nasci (?:em|a)|data de nascimento|do(?:ğ|g)um (?:tarihi(?:m|niz)?|g(?:ü|u)n(?:ü|u)m)"
    r"|f(?:ö|o)dd(?: den)?|f(?:ö|o)delsedatum|personnummer"
)
"""A date behind one of these is one of birth."""

JOINERS = (
    r"is|was|to|ist|war|lautet|est|était|c'est|es|era|è|e'|é|jest|brzmi|auf|nummer|number|no|nr"
    r"|numer|número|numéro|code|kod|kodu|on|am|den|the|le|el|il"
)
"""Words between one of the words above and what it names."""
