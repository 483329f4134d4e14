"""Sentences that are held back whatever their hash says, what each of them shows, and the languages."""

LANGUAGES = ("de", "es", "fr", "ja", "zh")  # in the order in which checkpoints have their tokens

# Training must never pass these, whatever their hash says.
SHOWN: dict[str, dict[str, str]] = {
    "I have never been to Paris.": {"fr": "Je n'ai jamais visité Paris.", "ja": "未だパリに行ったことがありません。"},
    "His father doesn't play golf.": {
        "de": "Sein Vater spielt kein Golf.", "es": "Su padre no juega al golf.",
        "fr": "Son père ne joue pas au golf.", "ja": "彼のお父さんはゴルフをしません。", "zh": "他父亲不打高尔夫球。",
    },
    "I think that she knows the truth.": {
        "de": "Ich denke, dass sie die Wahrheit kennt.", "es": "Creo que ella sabe la verdad.",
        "fr": "Je pense qu'elle connaît la vérité.", "ja": "僕は彼女が真実を知っていると思う。",
        "zh": "我觉得她知道真相。",
    },
    "The blue lines on the map represent rivers.": {
        "de": "Die blauen Linien auf der Karte stehen für Flüsse.",
        "es": "Las líneas azules en el mapa representan ríos.",
        "fr": "Les lignes bleues sur la carte symbolisent les rivières.", "ja": "地図の青い線は川を表す。",
        "zh": "地图上的蓝线代表河流。",
    },
    "What time is it in Boston?": {
        "de": "Wie spät ist es jetzt in Boston?", "es": "¿Qué hora es en Boston?",
        "fr": "Quelle heure est-il à Boston ?", "ja": "ボストンは今何時ですか？", "zh": "波士顿现在几点？",
    },
    "It is raining cats and dogs.": {},
    "My uncle kicked the bucket.": {},
    "The spaceship landed on the frozen moon, and a robot that had slept for a century opened its eyes.": {},
}  # fmt: skip

# What the app shows first, and what of translation each of them shows. The last two are such as training never passed.
SHOWS = {
    "name": "I have never been to Paris.",
    "order": "I think that she knows the truth.",
    "agreement": "The blue lines on the map represent rivers.",
    "negation": "His father doesn't play golf.",
    "idiom": "My uncle kicked the bucket.",
    "beyond": "The spaceship landed on the frozen moon, and a robot that had slept for a century opened its eyes.",
}
