#!/bin/sh
# Installs Sealwell for the person who runs it, without administrator rights:
#
#   ./install.sh               install, or update what is installed
#   ./install.sh --uninstall   remove exactly what it installed
#
# Each version lies in a folder of its own under ~/.local/lib/sealwell, and a link says which one
# counts. An update copies, checks and only then turns the link, in one step of the file system:
# whoever pulls the plug before has the old program, after it the new one. A program that is open
# keeps its own version until it is closed. What the practice keeps (~/.local/share/sealwell) is
# never opened, moved or removed.
set -eu
umask 022

here=$(cd -- "$(dirname -- "$0")" && pwd -P)
base=$HOME/.local/lib/sealwell
programs=$HOME/.local/bin
share=$HOME/.local/share
record=$base/installed

say() { printf '%s\n' "$*"; }
stop() { printf 'install.sh: %s\n' "$*" >&2; exit 1; }

# Whether Sealwell runs for this person, of whatever version: it lets nobody look where it runs from.
# What has ended and was not asked about yet (a zombie) holds nothing open.
runs() {
    for process in /proc/[0-9]*; do
        read -r name 2>/dev/null <"$process/comm" || continue
        case $name in sealwell | sealwell-gui) ;; *) continue ;; esac
        grep -q "^State:[[:space:]]*Z" "$process/status" 2>/dev/null && continue
        grep -q "^Uid:[[:space:]]*$(id -u)[[:space:]]" "$process/status" 2>/dev/null && return
    done
    return 1
}

# One at a time; the lock goes with this process, however it ends.
lock() {
    if [ ! -d "$base" ]; then
        new=$(for each in "$HOME/.local" "$HOME/.local/lib"; do [ -d "$each" ] || printf '%s/\n' "$each"; done)
        mkdir -p "$base"
        [ -z "$new" ] || printf '%s\n' "$new" >"$record"
    fi
    exec 9>"$base/.lock"
    flock -n 9 || stop "another installation is under way. Let it finish, then try again."
}

# What uninstalling removes: files, and folders with a slash at the end.
note() { grep -qxF -e "$1" "$record" 2>/dev/null || printf '%s\n' "$1" >>"$record"; }

# A folder outside ours, noted with each parent that was not there.
folder() {
    [ -d "$1" ] && return
    folder "$(dirname "$1")"
    note "$1/"
    mkdir "$1"
}

# The script's own archive, whole and unchanged.
check() {
    [ -f "$here/SHA256SUMS" ] && [ -f "$here/VERSION" ] || stop "files are missing beside this script. Unpack the archive anew."
    sound "$here" || stop "a file is not as it left us. Download the archive anew; nothing was changed."
}

sound() { (cd "$1" && sha256sum --check --quiet --strict SHA256SUMS) >&2; }

# Copy to a folder that nothing points to, and look at the copy itself.
copy() {
    rm -rf "$base"/.half-*
    half=$base/.half-$$
    mkdir "$half"
    { cp -R "$here/program" "$here/share" "$here/SHA256SUMS" "$here/VERSION" "$here/install.sh" "$half/" &&
        sound "$half" && sync; } || { rm -rf "$half"; stop "the copy could not be written whole. Is the disk full? Nothing was changed."; }
    mv -T "$half" "$base/$1"
}

# $1 becomes the target of the link $2, in one step.
point() {
    ln -sfn "$1" "$2.new-$$"
    mv -T "$2.new-$$" "$2"
}

# A file of ours outside our folder, whole or not at all; noted before it is there.
place() {
    note "$2"
    folder "$(dirname "$2")"
    cp "$1" "$2.new-$$"
    mv -T "$2.new-$$" "$2"
}

# The menu's entry names the program in full: not every desktop looks into ~/.local/bin.
menu() {
    entry=$base/.entry-$$
    sed "s|^Exec=sealwell-gui|Exec=\"$programs/sealwell-gui\"|" "$here/share/applications/sealwell.desktop" >"$entry"
    place "$entry" "$share/applications/sealwell.desktop"
    rm -f "$entry"
    (cd "$here/share" && find icons metainfo -type f) | while read -r name; do
        place "$here/share/$name" "$share/$name"
    done
}

links() {
    folder "$programs"
    for program in sealwell sealwell-gui; do
        if [ -e "$programs/$program" ] && [ ! -L "$programs/$program" ]; then
            stop "$programs/$program is not ours. Move it away, then try again."
        fi
    done
    for program in sealwell sealwell-gui; do
        note "$programs/$program"
        point "../lib/sealwell/current/program/$program" "$programs/$program"
    done
}

# Older versions go, at the next update if one may still run.
tidy() {
    runs && return
    for old in "$base"/[0-9]*; do
        [ "$old" = "$base/$1" ] && continue
        rm -rf "$old"
    done
}

install() {
    check
    lock
    version=$(cat "$here/VERSION")-$(sha256sum <"$here/SHA256SUMS" | cut -c1-12)
    if [ -d "$base/$version" ] && ! sound "$base/$version"; then
        mv -T "$base/$version" "$base/.half-broken-$$"
    fi
    [ -d "$base/$version" ] || copy "$version"
    menu
    point "$version" "$base/current"
    links
    tidy "$version"
    say "Sealwell $(cat "$here/VERSION") is installed. Start it from the menu, or as $programs/sealwell-gui"
    if runs; then
        say "Sealwell is open: close its window and open it again to use the new version."
    fi
}

uninstall() {
    [ -d "$base" ] || stop "Sealwell is not installed for you."
    lock
    runs && stop "Sealwell is open. Close its window, wait a minute, then try again."
    noted=$(cat "$record" 2>/dev/null) || noted=
    printf '%s\n' "$noted" | grep -v '/$' | while read -r name; do rm -f -- "$name"; done
    rm -rf "$base"
    printf '%s\n' "$noted" | grep '/$' | sort -r | while read -r name; do rmdir -- "$name" 2>/dev/null || :; done
    say "Sealwell is removed. What your practice keeps is still in $share/sealwell"
}

[ "$(id -u)" -ne 0 ] || stop "this installs for one person, without administrator rights. For all people of a computer there are packages."
case ${1-} in
"") install ;;
--uninstall) uninstall ;;
*) stop "usage: install.sh [--uninstall]" ;;
esac
