; Every sentence of our own that the setup says, in both languages; those of its pages are NSIS's.
!macro SAID NAME ENGLISH SPANISH
  LangString ${NAME} ${LANG_ENGLISH} "${ENGLISH}"
  LangString ${NAME} ${LANG_SPANISH} "${SPANISH}"
!macroend

!macro SENTENCES
  !insertmacro SAID WELCOME \
    "Sealwell ${VERSION} will be put on this computer, for you alone; no administrator is needed.$\r$\n$\r$\nIf it is already here, it is replaced by this version. What your practice has stays as it is.$\r$\n$\r$\nIt takes about a minute." \
    "Sealwell ${VERSION} se instalará en este equipo, solo para usted; no hace falta un administrador.$\r$\n$\r$\nSi ya está aquí, esta versión lo sustituye. Lo que tiene su consultorio queda como está.$\r$\n$\r$\nTarda alrededor de un minuto."
  !insertmacro SAID OPEN_NOW "Open Sealwell now" "Abrir Sealwell ahora"
  !insertmacro SAID STILL_RUNS \
    "Sealwell is still open.$\r$\n$\r$\nClose its windows. If its mark is beside the clock, click it with the right mouse button and choose “End”. After that it takes up to a minute until everything has come to its end.$\r$\n$\r$\nThen press Retry." \
    "Sealwell sigue abierto.$\r$\n$\r$\nCierre sus ventanas. Si su señal está junto al reloj, haga clic en ella con el botón derecho y elija «Terminar». Después tarda hasta un minuto en terminarlo todo.$\r$\n$\r$\nEntonces pulse Reintentar."
  !insertmacro SAID NEWER \
    "A newer Sealwell is already on this computer, so nothing was changed. An older one could not read what the newer one has written." \
    "En este equipo ya hay un Sealwell más nuevo; no se ha cambiado nada. Uno más antiguo no podría leer lo que ha escrito el nuevo."
  !insertmacro SAID FULL \
    "The disk is too full: Sealwell needs ${MEGABYTES} MB of free space while it is installed. Nothing was changed. Empty the Recycle Bin or remove what you no longer need, then start again." \
    "El disco está demasiado lleno: Sealwell necesita ${MEGABYTES} MB libres mientras se instala. No se ha cambiado nada. Vacíe la papelera o quite lo que ya no necesite y empiece de nuevo."
  !insertmacro SAID FOR_ALL \
    "Sealwell was already installed for everyone on this computer. Whoever looks after the computer also updates it; nothing was changed." \
    "Sealwell ya está instalado para todos en este equipo. Quien se encarga del equipo también lo actualiza; no se ha cambiado nada."
  !insertmacro SAID OLD_WINDOWS \
    "Sealwell needs Windows 10 (version 1809) or newer. Nothing was changed." \
    "Sealwell necesita Windows 10 (versión 1809) o más nuevo. No se ha cambiado nada."
  !insertmacro SAID NOT_CHANGED \
    "Something still holds Sealwell's files, so nothing was changed and the program is there as before. Restart the computer and try again." \
    "Algo sigue usando los archivos de Sealwell; no se ha cambiado nada y el programa está como antes. Reinicie el equipo e inténtelo de nuevo."
  !insertmacro SAID DATA_STAYS \
    "The program will be removed. What your practice has stays on this computer: people, messages and settings lie in $LOCALAPPDATA\sealwell, or where you have put them." \
    "Se quitará el programa. Lo que tiene su consultorio se queda en este equipo: personas, mensajes y ajustes están en $LOCALAPPDATA\sealwell, o donde usted los haya puesto."
  !insertmacro SAID DATA_STAYED \
    "Sealwell was removed. What your practice has is still there, in $LOCALAPPDATA\sealwell or where you have put it. If you install Sealwell again, it opens it." \
    "Se ha quitado Sealwell. Lo que tiene su consultorio sigue ahí, en $LOCALAPPDATA\sealwell o donde usted lo haya puesto. Si vuelve a instalar Sealwell, lo abrirá."
!macroend
