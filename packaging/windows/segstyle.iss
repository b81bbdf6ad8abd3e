; Inno Setup 6: an installer of the one-folder build, with a place in the menu and the file type.
; WRITTEN, NOT YET RUN: no Windows machine has built or started this.
;
;   python packaging\build.py
;   iscc packaging\windows\segstyle.iss          -> dist\SegStyle-0.1.0-setup.exe

#define AppName "SegStyle"
#define AppVersion "0.1.0"
#define AppProgram "SegStyleWindow.exe"

[Setup]
AppId={{6A0E8C0B-3F0A-4C7B-9B7E-5E6E57C1A5D4}
AppName={#AppName}
AppVersion={#AppVersion}
AppPublisher=The SegStyle developers
DefaultDirName={autopf}\{#AppName}
DefaultGroupName={#AppName}
; one user needs no administrator; "for all users" can be chosen in the dialog
PrivilegesRequired=lowest
PrivilegesRequiredOverridesAllowed=dialog
ArchitecturesAllowed=x64compatible
ArchitecturesInstallIn64BitMode=x64compatible
ChangesAssociations=yes
LicenseFile=..\..\LICENSE
OutputDir=..\..\dist
OutputBaseFilename=SegStyle-{#AppVersion}-setup
SetupIconFile=..\..\build\segstyle\icons\segstyle.ico
UninstallDisplayIcon={app}\{#AppProgram}
Compression=lzma2
SolidCompression=yes
WizardStyle=modern

[Tasks]
Name: "desktopicon"; Description: "{cm:CreateDesktopIcon}"; Flags: unchecked

[Files]
Source: "..\..\dist\segstyle\*"; DestDir: "{app}"; Flags: ignoreversion recursesubdirs createallsubdirs

[Icons]
Name: "{group}\{#AppName}"; Filename: "{app}\{#AppProgram}"
Name: "{autodesktop}\{#AppName}"; Filename: "{app}\{#AppProgram}"; Tasks: desktopicon

[Registry]
Root: HKA; Subkey: "Software\Classes\.segstyle"; ValueType: string; ValueData: "SegStyle.Project"; Flags: uninsdeletevalue
Root: HKA; Subkey: "Software\Classes\.segstyle"; ValueType: string; ValueName: "Content Type"; ValueData: "application/x-segstyle"; Flags: uninsdeletevalue
Root: HKA; Subkey: "Software\Classes\SegStyle.Project"; ValueType: string; ValueData: "SegStyle project"; Flags: uninsdeletekey
Root: HKA; Subkey: "Software\Classes\SegStyle.Project\DefaultIcon"; ValueType: string; ValueData: "{app}\{#AppProgram},0"
Root: HKA; Subkey: "Software\Classes\SegStyle.Project\shell\open\command"; ValueType: string; ValueData: """{app}\{#AppProgram}"" ""%1"""

[Run]
Filename: "{app}\{#AppProgram}"; Description: "{cm:LaunchProgram,{#AppName}}"; Flags: nowait postinstall skipifsilent
