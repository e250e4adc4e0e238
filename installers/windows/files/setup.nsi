; Sealwell for the person who runs it: no administrator is needed, nothing outside their own folders is touched.
; Values come from installers/windows/nsis.py. Exit codes are those of docs/guide/install-windows.md.
Target ${TARGET}
AllowSkipFiles off ; a file that cannot be written ends a silent setup, instead of being left out
ManifestDPIAware true
ManifestSupportedOS Win10
RequestExecutionLevel user
SetCompressor ${COMPRESSION}

!include "MUI2.nsh"
!include "LogicLib.nsh"
!include "FileFunc.nsh"
!include "WordFunc.nsh"
!include "WinVer.nsh"
!include "x64.nsh"
!include "sentences.nsh"

!define APP "$INSTDIR\app"
!define NEW "$INSTDIR\app.new"
!define OLD "$INSTDIR\app.old"
!define CURRENT "Software\Microsoft\Windows\CurrentVersion"
!define ENTRY "${CURRENT}\Uninstall\Sealwell"
!define SHORTCUT "$SMPROGRAMS\Sealwell.lnk"

!define EXIT_STOPPED 1
!define EXIT_FAILED 2
!define EXIT_RUNS 3
!define EXIT_NEWER 4
!define EXIT_FULL 5
!define EXIT_FOR_ALL 6
!define EXIT_OLD_WINDOWS 7

Name "Sealwell"
OutFile "${OUTPUT}"
InstallDir "$LOCALAPPDATA\Programs\Sealwell"
InstallDirRegKey HKCU "Software\Sealwell" "InstallDir"
BrandingText "Sealwell ${VERSION}"
VIProductVersion "${NUMBERS}"
VIFileVersion "${NUMBERS}"
VIAddVersionKey /LANG=0 ProductName "Sealwell"
VIAddVersionKey /LANG=0 CompanyName "${PUBLISHER}"
VIAddVersionKey /LANG=0 FileDescription "Sealwell Setup"
VIAddVersionKey /LANG=0 FileVersion "${VERSION}"
VIAddVersionKey /LANG=0 ProductVersion "${VERSION}"
VIAddVersionKey /LANG=0 LegalCopyright "${PUBLISHER}, Apache License 2.0"

!define MUI_ICON "${ICON}"
!define MUI_UNICON "${ICON}"
!define MUI_WELCOMEFINISHPAGE_BITMAP "${SIDE}"
!define MUI_WELCOMEPAGE_TEXT "$(WELCOME)"
!define MUI_ABORTWARNING
!define MUI_FINISHPAGE_RUN "${APP}\sealwell-gui.exe"
!define MUI_FINISHPAGE_RUN_TEXT "$(OPEN_NOW)"
!insertmacro MUI_PAGE_WELCOME
!insertmacro MUI_PAGE_LICENSE "${LICENCE}"
!insertmacro MUI_PAGE_INSTFILES
!insertmacro MUI_PAGE_FINISH
!define MUI_UNCONFIRMPAGE_TEXT_TOP "$(DATA_STAYS)"
!insertmacro MUI_UNPAGE_CONFIRM
!insertmacro MUI_UNPAGE_INSTFILES
!insertmacro MUI_LANGUAGE "English"
!insertmacro MUI_LANGUAGE "Spanish"
!insertmacro SENTENCES

Var Wait ; seconds that a silent run waits for the program's end

!macro LEAVE CODE SENTENCE
  MessageBox MB_OK|MB_ICONEXCLAMATION "${SENTENCE}" /SD IDOK
  SetErrorLevel ${CODE}
  Quit
!macroend

!macro ONE_RUNS PROGRAM ; Windows lets nobody write to a program that runs
  ${If} ${FileExists} "${APP}\${PROGRAM}"
    ClearErrors
    FileOpen $1 "${APP}\${PROGRAM}" a
    ${If} ${Errors}
      StrCpy $0 1
    ${Else}
      FileClose $1
    ${EndIf}
  ${EndIf}
!macroend

!macro WAITING UN
Function ${UN}ReadWait
  ${GetParameters} $0
  ClearErrors
  ${GetOptions} $0 "/WAIT=" $Wait
  ${If} ${Errors}
    StrCpy $Wait 90 ; the service in the background takes a minute after the last window
  ${EndIf}
FunctionEnd

Function ${UN}WaitUntilEnded
  StrCpy $2 0
  ${Do}
    StrCpy $0 0
    !insertmacro ONE_RUNS "sealwell.exe"
    !insertmacro ONE_RUNS "sealwell-gui.exe"
    ${If} $0 = 0
      ${ExitDo}
    ${EndIf}
    ${If} ${Silent}
      ${If} $2 >= $Wait
        SetErrorLevel ${EXIT_RUNS}
        Quit
      ${EndIf}
      IntOp $2 $2 + 1
      Sleep 1000
    ${Else}
      MessageBox MB_RETRYCANCEL|MB_ICONINFORMATION "$(STILL_RUNS)" IDRETRY +3
      SetErrorLevel ${EXIT_RUNS}
      Quit
    ${EndIf}
  ${Loop}
FunctionEnd
!macroend
!insertmacro WAITING ""
!insertmacro WAITING "un."

Function .onInit
  ${IfNot} ${AtLeastWin10}
    !insertmacro LEAVE ${EXIT_OLD_WINDOWS} "$(OLD_WINDOWS)"
  ${EndIf}
  ${IfNot} ${RunningX64}
    !insertmacro LEAVE ${EXIT_OLD_WINDOWS} "$(OLD_WINDOWS)"
  ${EndIf}
  SetRegView 64
  ReadRegStr $0 HKLM "Software\Sealwell" "InstallDir"
  ${If} $0 != ""
    !insertmacro LEAVE ${EXIT_FOR_ALL} "$(FOR_ALL)"
  ${EndIf}
  ReadRegStr $0 HKCU "${ENTRY}" "Numbers"
  ${If} $0 != ""
    ${VersionCompare} "$0" "${NUMBERS}" $1
    ${If} $1 = 1
      !insertmacro LEAVE ${EXIT_NEWER} "$(NEWER)"
    ${EndIf}
  ${EndIf}
  ${GetRoot} "$INSTDIR" $0
  ClearErrors
  ${DriveSpace} "$0\" "/D=F /S=M" $1
  ${IfNot} ${Errors}
  ${AndIf} $1 < ${MEGABYTES}
    !insertmacro LEAVE ${EXIT_FULL} "$(FULL)"
  ${EndIf}
  Call ReadWait
  Call WaitUntilEnded
FunctionEnd

; The new program is laid beside the old one, whole, and only then takes its place: by two renames, each done
; or not. Stopped before them, the old program is there as it was. Stopped between them, Windows finishes at
; the next sign-in what RunOnce names; opened again before that, the setup first takes the old one back.
!macro TAKE_BACK
  ${IfNot} ${FileExists} "${APP}\*.*"
    Rename "${OLD}" "${APP}"
  ${EndIf}
  DeleteRegValue HKCU "${CURRENT}\RunOnce" "SealwellSetup"
!macroend

Section
  SetOutPath "$INSTDIR"
  !insertmacro TAKE_BACK
  RMDir /r "${NEW}"
  RMDir /r "${OLD}"
  SetOverwrite on
  SetOutPath "${NEW}"
  ClearErrors
  File /r "${BUNDLE}\*.*"
  ${If} ${Errors}
    Abort "$(NOT_CHANGED)"
  ${EndIf}
  SetOutPath "$INSTDIR" ; who stands in a folder holds it
  Call WaitUntilEnded
  WriteRegStr HKCU "${CURRENT}\RunOnce" "SealwellSetup" \
    '"$SYSDIR\cmd.exe" /d /c if not exist "${APP}" move "${NEW}" "${APP}"'
  ${If} ${FileExists} "${APP}\*.*"
    ClearErrors
    Rename "${APP}" "${OLD}"
    ${If} ${Errors}
      Abort "$(NOT_CHANGED)"
    ${EndIf}
  ${EndIf}
!ifdef PAUSE ; a trial ends the setup here
  Sleep ${PAUSE}
!endif
  ClearErrors
  Rename "${NEW}" "${APP}"
  ${If} ${Errors}
    Rename "${OLD}" "${APP}"
    Abort "$(NOT_CHANGED)"
  ${EndIf}
  DeleteRegValue HKCU "${CURRENT}\RunOnce" "SealwellSetup"
  WriteUninstaller "$INSTDIR\uninstall.exe"
  CreateShortcut "${SHORTCUT}" "${APP}\sealwell-gui.exe"
  WriteRegStr HKCU "Software\Sealwell" "InstallDir" "$INSTDIR"
  WriteRegStr HKCU "${ENTRY}" "DisplayName" "Sealwell"
  WriteRegStr HKCU "${ENTRY}" "DisplayVersion" "${VERSION}"
  WriteRegStr HKCU "${ENTRY}" "Numbers" "${NUMBERS}"
  WriteRegStr HKCU "${ENTRY}" "Publisher" "${PUBLISHER}"
  WriteRegStr HKCU "${ENTRY}" "DisplayIcon" "${APP}\sealwell-gui.exe"
  WriteRegStr HKCU "${ENTRY}" "InstallLocation" "$INSTDIR"
  WriteRegStr HKCU "${ENTRY}" "UninstallString" '"$INSTDIR\uninstall.exe"'
  WriteRegStr HKCU "${ENTRY}" "QuietUninstallString" '"$INSTDIR\uninstall.exe" /S'
  WriteRegDWORD HKCU "${ENTRY}" "EstimatedSize" ${KILOBYTES}
  WriteRegDWORD HKCU "${ENTRY}" "NoModify" 1
  WriteRegDWORD HKCU "${ENTRY}" "NoRepair" 1
  RMDir /r "${OLD}"
SectionEnd

Function .onInstFailed
  SetOutPath "$TEMP"
  !insertmacro TAKE_BACK
  RMDir /r "${NEW}"
  RMDir "$INSTDIR"
  SetErrorLevel ${EXIT_FAILED}
FunctionEnd

Function un.onInit
  Call un.ReadWait
  Call un.WaitUntilEnded
FunctionEnd

; What the practice has lies in other folders (%LOCALAPPDATA%\sealwell, or where it was put) and stays.
Section "Uninstall"
  SetOutPath "$TEMP"
  ${If} ${FileExists} "${APP}\*.*"
    RMDir /r "${OLD}"
    ClearErrors
    Rename "${APP}" "${OLD}" ; all of it, or nothing while something still holds it
    ${If} ${Errors}
      SetErrorLevel ${EXIT_FAILED}
      Abort "$(NOT_CHANGED)"
    ${EndIf}
  ${EndIf}
  Delete "${SHORTCUT}"
  RMDir /r "${NEW}"
  RMDir /r "${OLD}"
  Delete "$INSTDIR\uninstall.exe"
  RMDir "$INSTDIR"
  DeleteRegValue HKCU "${CURRENT}\RunOnce" "SealwellSetup"
  DeleteRegKey HKCU "${ENTRY}"
  DeleteRegKey HKCU "Software\Sealwell"
  MessageBox MB_OK|MB_ICONINFORMATION "$(DATA_STAYED)" /SD IDOK
SectionEnd

!ifdef FINISH ; the uninstaller is signed before it is packed
!uninstfinalize '${FINISH} "%1"'
!endif
