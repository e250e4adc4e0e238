"""What a reply asks, sentence by sentence: what rises, and what must stay where it is."""

from __future__ import annotations

import time
from datetime import UTC, datetime

import pytest

from desktop.mail.asking import _NAMED, _lists, _pattern, _spaced, ask_of, declined
from desktop.mail.replytext import own_words
from desktop.models.correspondence import Urgency
from desktop.models.records import Appointment, AppointmentId, PersonId, Reason, VisitStatus

NAME = "Maria Lopez"
VISIT = Appointment(
    id=AppointmentId("a"),
    person=PersonId("p"),
    external_id="",
    start=datetime(2026, 11, 24, 14, 30),  # noqa: DTZ001 - wall-clock time
    zone="America/New_York",
    start_utc=datetime(2026, 11, 24, 19, 30, tzinfo=UTC),
    occurrence=0,
    status=VisitStatus.BOOKED,
)

NOTHING, URGENT, WRONG, MOVE, CANCEL, QUESTION = "", "urgent", "wrong-person", "move", "cancel", "question"
ENGLISH = [
    (NOTHING, "YES"),
    (NOTHING, "Yes, thank you!"),
    (NOTHING, "No"),
    (NOTHING, "No thanks"),
    (NOTHING, "Ok, see you Tuesday at 2:30."),
    (NOTHING, "I will be there."),
    (NOTHING, "I'll be there, thank you so much for the reminder"),
    (NOTHING, "Thank you for calling me back yesterday. I feel much better."),
    (NOTHING, "Thanks.\n\nMaria Lopez\n(617) 555-0100\nhttps://example.com/?a=1"),
    (NOTHING, "I?m coming and I?ll bring my card"),
    (NOTHING, "We are coming with my daughter on Thursday."),
    (NOTHING, "Confirmed. Attached is the form that you asked for."),
    (NOTHING, "My phone number is 617 555 0100 now. My pharmacy is on Main Street."),
    (
        NOTHING,
        "Thank you.\n\nIf you are not the intended recipient or received this in error, please delete it.",
    ),
    (NOTHING, "Yes.\nJohn Smith, Emergency Medicine\nIf this is an emergency, please call 911."),
    (URGENT, "I have chest pain since this morning"),
    (URGENT, "No chest pain any more, thanks"),
    (URGENT, "my chest hurts"),
    (URGENT, "There is a tightness in my chest"),
    (URGENT, "I can't breathe"),
    (URGENT, "i cant breath well at nite"),
    (URGENT, "she has trouble breathing"),
    (URGENT, "I am short of breath when I lie down."),
    (URGENT, "I want to die"),
    (URGENT, "I've been thinking about suicide."),
    (URGENT, "im feeling sucidal"),
    (URGENT, "I don't want to live like this"),
    (URGENT, "Everybody would be better off without me"),
    (URGENT, "I think I took too many pills"),
    (URGENT, "he overdosed last night"),
    (URGENT, "The wound is bleeding heavily."),
    (URGENT, "the bleeding won't stop"),
    (URGENT, "I'm coughing up blood"),
    (URGENT, "I had a severe allergic reaction to the new medicine"),
    (URGENT, "alergic reaction to amoxicilin, my tongue is swollen"),
    (URGENT, "This is an emergency"),
    (URGENT, "Is this an emergancy?"),
    (URGENT, "Yes. Also my husband passed out twice"),
    (URGENT, "My baby is not moving"),
    (URGENT, "please call asap, urgent!!"),
    (URGENT, "YES but I\nhave chest\npain"),
    (URGENT, "Can I move Tuesday? I went to the ER, he hit me and I am afraid he will kill me"),
    (WRONG, "Wrong person"),
    (WRONG, "You have the wrong number."),
    (WRONG, "wrong email!!"),
    (WRONG, "I am not Maria"),
    (WRONG, "I'm not Maria, I don't know any Maria Lopez"),
    (WRONG, "This isn't Maria."),
    (WRONG, "Stop, this is not me"),
    (WRONG, "That's not me"),
    (WRONG, "This is not my appointment"),
    (WRONG, "not my appt"),
    (WRONG, "I'm not a patient of yours"),
    (WRONG, "I have never been your patient"),
    (WRONG, "Who is Maria?"),
    (WRONG, "This message was not meant for me."),
    (WRONG, "I think this was sent to me by mistake"),
    (WRONG, "I received this message in error."),
    (WRONG, "Maria doesn't live here any more, please stop"),
    (WRONG, "There is no one by that name here"),
    (WRONG, "Maria no longer uses this address"),
    (WRONG, "It is not mine, I am not a patient."),
    (URGENT, "I can not breathe"),
    (MOVE, "YES but can I move it to Thursday?"),
    (MOVE, "Can we reschedule"),
    (MOVE, "I need to reshedule my apt"),
    (MOVE, "Could I come another day please?"),
    (MOVE, "I can't make it"),
    (MOVE, "Sorry, I cannot come on Tuesday"),
    (MOVE, "I won't be able to make it on Tuesday."),
    (MOVE, "Do you have a different time?"),
    (MOVE, "What about Friday?"),
    (MOVE, "Please change my appointment"),
    (MOVE, "Please cancel Tuesday and reschedule me for the week after"),
    (MOVE, "Tuesday does not work for me"),
    (MOVE, "Something came up at work"),
    (CANCEL, "Please cancel my appointment"),
    (CANCEL, "I have to cancel. I can't make it."),
    (CANCEL, "cancle pls"),
    (CANCEL, "I no longer need the appointment, I am fine"),
    (CANCEL, "We are not coming"),
    (QUESTION, "What time is it?"),
    (QUESTION, "Yes. Do I have to fast before"),
    (QUESTION, "Hello,\nwhere do I park"),
    (QUESTION, "Please call me"),
    (QUESTION, "I need a refill of my prescription"),
    (QUESTION, "Ok?"),
    (QUESTION, "I have a question about my bill."),
    (QUESTION, "I'm not sure if I should take my pills that morning"),
    (QUESTION, "I'll be 10 minutes late"),
    (QUESTION, "I can't open the file"),
    (QUESTION, "I confused the dates, Tuesday is not my appointment day, is it?"),
]
SPANISH = [
    (NOTHING, "Sí"),
    (NOTHING, "Sí, gracias"),
    (NOTHING, "No, gracias"),
    (NOTHING, "Ahí estaré, muchas gracias por avisar"),
    (NOTHING, "Confirmo mi cita del martes a las 2:30."),
    (NOTHING, "Nos vemos el jueves. Que tenga buen día."),
    (NOTHING, "Muchas gracias por su ayuda, doctora"),
    (NOTHING, "Le mando el formulario que me pidió. Saludos, María"),
    (NOTHING, "Gracias. Si usted no es el destinatario de este correo o lo ha recibido por error, bórrelo."),
    (URGENT, "Tengo dolor de pecho"),
    (URGENT, "Me duele mucho el pecho desde ayer"),
    (URGENT, "Ya no tengo dolor en el pecho, gracias"),
    (URGENT, "No puedo respirar bien"),
    (URGENT, "me falta el aire"),
    (URGENT, "Mi hijo se está ahogando"),
    (URGENT, "Me quiero morir"),
    (URGENT, "he pensado en el suicidio"),
    (URGENT, "ya no quiero vivir"),
    (URGENT, "creo que tomé demasiadas pastillas"),
    (URGENT, "es una sobredosis"),
    (URGENT, "Estoy sangrando mucho"),
    (URGENT, "no para de sangrar la herida"),
    (URGENT, "tuvo una reacción alérgica muy fuerte"),
    (URGENT, "Es una emergencia"),
    (URGENT, "es urjente por favor"),
    (URGENT, "Se me rompió la fuente"),
    (URGENT, "mi mamá se desmayó dos veces"),
    (URGENT, "Sí voy, pero tengo un dolor muy fuerte de cabeza"),
    (WRONG, "Persona equivocada"),
    (WRONG, "Se equivocaron de persona"),
    (WRONG, "Número equivocado"),
    (WRONG, "No soy María"),
    (WRONG, "Yo no soy María López y no la conozco"),
    (WRONG, "No es mi cita"),
    (WRONG, "Esa cita no es mía"),
    (WRONG, "no soy paciente de ustedes"),
    (WRONG, "Este mensaje no es para mí"),
    (WRONG, "Creo que este correo me llegó por error"),
    (WRONG, "Aquí no vive ninguna María"),
    (MOVE, "SÍ, ¿pero la puedo cambiar al jueves?"),
    (MOVE, "¿Puedo cambiar la cita?"),
    (MOVE, "Quisiera reprogramar"),
    (MOVE, "necesito reajendar o reagendar"),
    (MOVE, "¿Puede ser otro día?"),
    (MOVE, "No puedo ir ese día"),
    (MOVE, "no podré asistir"),
    (MOVE, "Se me complicó, mejor el viernes por la tarde"),
    (MOVE, "Me surgió algo en el trabajo"),
    (CANCEL, "Por favor cancelen mi cita"),
    (CANCEL, "quiero canselar"),
    (CANCEL, "Ya no necesito la cita"),
    (CANCEL, "no voy a ir"),
    (QUESTION, "¿A qué hora es?"),
    (QUESTION, "a que hora era"),
    (QUESTION, "¿Tengo que ir en ayunas?"),
    (QUESTION, "Dónde me estaciono"),
    (QUESTION, "Llámenme por favor"),
    (QUESTION, "Tengo una duda sobre la factura."),
    (QUESTION, "Necesito una receta"),
    (QUESTION, "voy a llegar un poco tarde"),
]
STRONG = {
    "This is not my appointment",
    "It is not mine, I am not a patient.",
    "not my appt",
    "No es mi cita",
    "Esa cita no es mía",
}


def test_the_table_is_as_long_as_it_has_to_be() -> None:
    assert len(ENGLISH) >= 60
    assert len(SPANISH) >= 40


@pytest.mark.parametrize(("what", "words"), [*ENGLISH, *SPANISH])
def test_what_a_reply_asks(what: str, words: str) -> None:
    asked = ask_of(own_words(words), NAME, VISIT)
    assert (asked.reason.code if asked.reason else "") == (f"ask-{what}" if what else "")
    pressing = what == URGENT or words in STRONG
    assert asked.urgency is (Urgency.URGENT if pressing else Urgency.ASKS if what else Urgency.PLAIN)
    assert words == words.upper() or ask_of(words.upper(), NAME, VISIT).reason == asked.reason


def test_a_move_names_the_old_time_and_a_wish_without_a_visit_names_none() -> None:
    assert ask_of("can I move it", NAME, VISIT).reason == Reason(
        "ask-move", {"name": NAME, "when": "2026-11-24T14:30"}
    )
    assert ask_of("can I move it", NAME).reason == Reason("ask-move-visit", {"name": NAME})
    assert ask_of("please cancel", NAME).reason == Reason("ask-cancel-visit", {"name": NAME})
    assert declined(NAME, VISIT).reason == Reason("ask-cancel", {"name": NAME, "when": "2026-11-24T14:30"})


def test_all_that_is_asked_is_told_beside_what_comes_first() -> None:
    asked = ask_of("I have chest pain. Can I move it to Thursday?", NAME, VISIT)
    assert asked.codes == {"ask-urgent", "ask-move", "ask-question"}


def test_quotes_and_signatures_ask_nothing() -> None:
    quoted = (
        "Yes\n\nOn Mon, Nov 23, 2026 at 9:00 AM the practice <office@harbor.example> wrote:\n"
        "> Can you come on Tuesday? To move it call us. In an emergency call 911.\n"
    )
    assert ask_of(own_words(quoted), NAME, VISIT).reason is None
    signed = "Yes\n-- \nMaria Lopez\nSuicide is preventable. Questions? Call me."
    assert ask_of(own_words(signed), NAME, VISIT).reason is None
    assert ask_of(own_words("Yes\n\nSent from my iPhone"), NAME, VISIT).reason is None


def test_another_name_is_nobody_that_was_written_to() -> None:
    assert ask_of("I am not Peter's daughter", "Maria Lopez").reason is None
    assert ask_of("I am not Maria's daughter", "Maria Lopez").reason is None
    asked = ask_of("I'm not José", "José Ruiz")
    assert asked.codes == {"ask-wrong-person"}
    assert asked.urgency is Urgency.ASKS
    assert ask_of("I am not coming late", "").codes <= {"ask-question", "ask-cancel"}


def test_every_phrase_of_the_lists_is_found_by_itself() -> None:
    """A phrase whose form was mistyped would be words that nobody says."""
    for name, phrases in _lists().items():
        if name in ("checked", "openings"):
            continue
        for phrase in phrases:
            said = " ".join(
                f"{token.split('|')[0].rstrip('?').replace('*', '').replace('{name}', _NAMED)}"
                for token in phrase.lstrip("^").split()
                if token not in ("_", "$") and not token.startswith("!")
            )
            start = phrase.startswith("^")
            assert _pattern(name, named="{name}" in phrase, start=start).search(_spaced(said)), phrase


def test_a_hostile_text_takes_no_time() -> None:
    begun = time.process_time()
    for words in ("my " * 50_000, "?" * 100_000, "a, " * 50_000, "cant " * 20_000, "http://" * 20_000):
        ask_of(words, NAME, VISIT)
    assert time.process_time() - begun < 10


@pytest.mark.parametrize(
    "words",
    [
        "I am in an emergency please call me now",
        "this is for an emergency call me",
        "if this is an emergency call me back, my chest hurts",
        "hi dr i have chest pain in case of emergency call my son",
        "tengo dolor de pecho en caso de emergencia llame a mi hija",
        "Sí es una emergencia llámenme por favor",
        "sick, received this in error please delete my chest pain is back",
        "I can´t breathe",
        "I can?t breathe",
        "I canâ€™t breathe",
        "my ch\u00adest hu\u200crts",
    ],
)
def test_words_of_need_beside_a_notice_or_broken_by_an_encoding_are_urgent(words: str) -> None:
    assert ask_of(words).urgency is Urgency.URGENT


@pytest.mark.parametrize(
    "words",
    [
        "If this is an emergency, call 911.",
        "In an emergency call 911.",
        "In case of emergency, dial 911 or go to the nearest emergency room.",
        "En caso de emergencia llame al 911 o vaya a urgencias.",
        "Si es una emergencia, llame al 911.",
    ],
)
def test_the_usual_notice_alone_is_not_urgent(words: str) -> None:
    assert ask_of(f"Yes, thanks\n\n{words}").urgency is Urgency.PLAIN
