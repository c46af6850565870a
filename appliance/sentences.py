"""Every sentence of the appliance that a person can read, in one place."""

# ruff: noqa: RUF001 - other scripts have letters that look like Latin ones

from typing import Final

RADIO_PLANS: Final = {
    "P1": "The USB radio talks to other boxes, the box's own radio is for phones.",
    "P2": "The box's own radio talks to other boxes, the USB radio is for phones.",
    "two": "One radio talks to other boxes, the other one is for phones.",
    "P3": "One radio does both: it talks to other boxes and is for phones.",
    "P4": "The only radio is for phones; in short turns it visits other boxes.",
    "P4-second": "One radio is for phones; the other one visits other boxes in turns.",
    "P4-client": "This radio can only visit other boxes; phones need a cable or another radio.",
    "P5": "The radio only talks to other boxes; there is no hotspot.",
    "none": "No radio was found. This box reaches others by cable only.",
    "useless": "No radio here can be used. Boxes and phones need a cable or another radio.",
}
"""What a box does with its radios."""

RADIO_PHONES: Final = "This box can hold {phones} phones."
RADIO_NO_PHONES: Final = "Phones cannot join it by radio."
RADIO_WITH_11S: Final = "If every box is set to the 11s mesh, this radio could do both at once."
RADIO_BLOCKED: Final = "A radio is switched off (rfkill). Switch it on and start again."

NO_RADIO_IN_FILE: Final = "{file} has no radio in it. It must be the output of: iw list"
CANNOT_READ_FILE: Final = "{file} cannot be read: {why}."

HEALTH: Final = {
    "power": {
        "ok": ("The power supply is strong enough.", ""),
        "now": (
            "The power supply is too weak; messages may not be written.",
            "Use the Pi's own supply and a short cable.",
        ),
        "once": (
            "The power supply was too weak at least once since the start.",
            "Use the Pi's own supply and a short cable.",
        ),
    },
    "heat": {
        "ok": ("The box is cool enough.", ""),
        "hot": ("The box is hot and works slowly.", "Put it in the shade, and let air reach it."),
    },
    "card": {
        "ok": ("The card keeps what is written.", ""),
        "absent": (
            "There is no place to keep messages; they will not survive a power cut.",
            "Flash the card again, or use another one.",
        ),
        "read-only": (
            "The card takes no more writes.",
            "Save a backup, and use another card.",
        ),
        "errors": ("The card had errors.", "Save a backup, and use another card soon."),
        "tight": ("The card is nearly full.", "Save a backup, and use a bigger card."),
    },
}
"""Check → case → why, and what to do."""

FOREIGN_FILE: Final = "{file} is not used here. Write this in disasternet.toml: {keys}."
CONFIG_TOO_LONG: Final = "{file} is too long to be ours. Nothing of it is used."
CONFIG_NOT_A_LINE: Final = 'This line has no key and value. Write, for example: name = "Gym"'
CONFIG_UNKNOWN_KEY: Final = "{key} is not known here. It was left out."
CONFIG_WRONG_VALUE: Final = "{key} cannot be used. It takes {accepted}."

RIGHT_TO_LEFT: Final = frozenset({"ar"})

PORTAL_NO_INTERNET: Final = {"en": "This network has no internet. Open:"}
PORTAL_DOWN_TITLE: Final = {
    "en": "The box is starting",
    "es": "La caja está arrancando",
    "fr": "La boîte démarre",
    "ar": "الصندوق قيد التشغيل",
    "uk": "Бокс запускається",
    "tr": "Kutu başlıyor",
    "bn": "বাক্সটি চালু হচ্ছে",
    "ht": "Bwat la ap limen",
}
PORTAL_DOWN: Final = {
    "en": "Messages are kept. This page looks again every few seconds.",
    "es": "Los mensajes están guardados. Esta página vuelve a mirar cada pocos segundos.",
    "fr": "Les messages sont gardés. Cette page réessaie toutes les quelques secondes.",
    "ar": "الرسائل محفوظة. تعيد هذه الصفحة المحاولة كل بضع ثوان.",
    "uk": "Повідомлення збережено. Сторінка перевіряє знову кожні кілька секунд.",
    "tr": "Mesajlar saklanıyor. Bu sayfa birkaç saniyede bir yeniden bakar.",
    "bn": "বার্তাগুলি রাখা আছে। এই পাতা কয়েক সেকেন্ড পর পর আবার দেখে।",
    "ht": "Mesaj yo konsève. Paj sa a ap gade ankò chak kèk segonn.",
}
PORTAL_STAYED_TITLE: Final = {
    "en": "Your phone keeps this Wi-Fi",
    "es": "Tu teléfono se queda en este Wi-Fi",
    "fr": "Votre téléphone reste sur ce Wi-Fi",
    "ar": "هاتفك يبقى على شبكة الواي فاي هذه",
    "uk": "Телефон залишається в цій мережі Wi-Fi",
    "tr": "Telefonunuz bu Wi-Fi'da kalıyor",
    "bn": "আপনার ফোন এই ওয়াই-ফাইতে থাকছে",
    "ht": "Telefòn ou rete sou Wi-Fi sa a",
}
PORTAL_STAYED: Final = {
    "en": "This window may close now. Open this address in your browser:",
    "es": "Esta ventana puede cerrarse ahora. Abre esta dirección en tu navegador:",
    "fr": "Cette fenêtre peut se fermer. Ouvrez cette adresse dans votre navigateur :",
    "ar": "قد تُغلق هذه النافذة الآن. افتح هذا العنوان في المتصفح:",
    "uk": "Це вікно може закритися. Відкрийте цю адресу у браузері:",
    "tr": "Bu pencere şimdi kapanabilir. Bu adresi tarayıcınızda açın:",
    "bn": "এই জানালা এখন বন্ধ হতে পারে। আপনার ব্রাউজারে এই ঠিকানা খুলুন:",
    "ht": "Fenèt sa a ka fèmen kounye a. Louvri adrès sa a nan navigatè ou:",
}
"""Language → sentence; every dictionary has the same languages."""
