"""What people who work on Sealwell run: `python3 dev.py --help`.

The standard library alone, so that it runs on a fresh machine. Each command first
makes what it needs (the Debian packages, `.venv` from the lock, the compiled
sentences), says so on standard error, and does nothing twice.
"""

from __future__ import annotations

import hashlib
import importlib.util
import os
import re
import shlex
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent
WINDOWS = sys.platform == "win32"
PLATFORM = {"win32": "windows", "darwin": "macos"}.get(sys.platform, "linux")
LOCKED = "macos-intel" if PLATFORM == "macos" and os.uname().machine == "x86_64" else PLATFORM
VENV, PACKAGE_VENV = ROOT / ".venv", ROOT / ".venv-package"
IN_VENV = "Scripts/python.exe" if WINDOWS else "bin/python"
PYTHON = VENV / IN_VENV
REQUIREMENTS = ROOT / "requirements"
LOCK = REQUIREMENTS / f"lock-{LOCKED}-dev.txt"
TRANSLATIONS = ROOT / "resources" / "translations"
LANGUAGES = ("en", "es")
NODE = ROOT / ".node"
NODE_LOCK = REQUIREMENTS / "node" / "package-lock.json"
MAX_LINES = 400
WHEELS_FOR = {
    "linux": "x86_64-manylinux_2_34",
    "windows": "x86_64-pc-windows-msvc",
    "macos": "aarch64-apple-darwin",
    "macos-intel": "x86_64-apple-darwin",
}
MACOS = {"macos": "14.0", "macos-intel": "15.0"}  # pikepdf has no wheels for older ones
# Bracketed, so that this file does not hold what it looks for.
REGISTRY = re.compile(r"p[y]pi\.|p[y]thonhosted|n[p]mjs\.|d[e]b\.debian|s[e]curity\.debian|/s[i]mple/")


class CannotGoOn(Exception):
    """The machine lacks something; the text says what to do (exit 2)."""


@dataclass(frozen=True)
class Command:
    """One word after `dev.py`; `debian` names the package groups that it needs."""

    run: Callable[[list[str]], int]
    words: str
    debian: tuple[str, ...] = ()
    node: bool = False


def say(text: str) -> None:
    """Progress: standard output belongs to the command."""
    print(f"dev.py: {text}", file=sys.stderr, flush=True)


def call(*command: str | Path, quiet: bool = False, platform: str = "") -> int:
    """Run in the project's root and answer the exit code; `quiet` sends stdout to stderr.

    Python keeps what it compiled, also where a container's image says no: hundreds of processes
    start in a run of the tests, and each would compile the whole program for itself.
    """
    settings = {**os.environ, "PYTHONUTF8": "1", **({"QT_QPA_PLATFORM": platform} if platform else {})}
    settings.pop("PYTHONDONTWRITEBYTECODE", None)
    output = sys.stderr if quiet else None
    return subprocess.call([str(part) for part in command], cwd=ROOT, env=settings, stdout=output)


def python(*arguments: str, platform: str = "") -> int:
    return call(PYTHON, *arguments, platform=platform)


# ── what a command needs ───────────────────────────────────────────────────────


def debian_packages(groups: Sequence[str]) -> list[str]:
    """The names under the headings `# for <group>` of requirements/debian.txt."""
    names, group = [], ""
    for line in (REQUIREMENTS / "debian.txt").read_text("utf-8").splitlines():
        if line.startswith("# for "):
            group = line.removeprefix("# for ").strip()
        elif line and not line.startswith("#") and group in groups:
            names.append(line)
    if importlib.util.find_spec("ensurepip") is None and not PYTHON.exists():
        names.append("python3-venv")
    if "tests" in groups and shutil.which("npm") is None:
        names.append("npm")
    return names


def missing_packages(names: Sequence[str]) -> list[str]:
    """Those that dpkg does not know as installed; none where there is no dpkg."""
    if not names or shutil.which("dpkg-query") is None:
        return []
    asked = subprocess.run(
        ["dpkg-query", "-W", "-f", "${db:Status-Status} ${Package}\n", *names],
        capture_output=True,
        text=True,
        check=False,
    )
    installed = {line.split()[1] for line in asked.stdout.splitlines() if line.startswith("installed ")}
    return [name for name in names if name not in installed]


def need_debian(groups: Sequence[str]) -> None:
    missing = missing_packages(debian_packages(groups))
    if not missing:
        return
    install = ["apt-get", "install", "-y", "--no-install-recommends", *missing]
    as_root = [] if os.geteuid() == 0 else ["sudo", "-n"]
    if as_root and not may_sudo():
        raise CannotGoOn(
            f"some Debian packages are missing. Run this, then try again:\n  sudo {shlex.join(install)}"
        )
    say(f"installing Debian packages: {' '.join(missing)}")
    quietly = ["env", "DEBIAN_FRONTEND=noninteractive"]
    for command in (["apt-get", "update", "-q"], install):
        if call(*as_root, *quietly, *command, quiet=True) != 0:
            raise CannotGoOn(f"this failed: {shlex.join([*as_root, *command])}")


def may_sudo() -> bool:
    """Whether sudo would ask for no password."""
    return (
        shutil.which("sudo") is not None
        and subprocess.call(["sudo", "-n", "true"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) == 0
    )


def need_venv(folder: Path = VENV, lock: Path = LOCK) -> None:
    """A virtual environment with exactly what the lock names, every file checked against its hash."""
    wanted = hashlib.sha256(lock.read_bytes()).hexdigest()
    program, stamp = folder / IN_VENV, folder / "lock.sha256"
    if program.exists() and stamp.exists() and stamp.read_text("ascii") == wanted:
        return
    if not program.exists() or folder == PACKAGE_VENV:  # nothing of an older lock gets into a package
        say(f"making {folder.name}")
        if call(sys.executable, "-m", "venv", "--clear", folder, quiet=True) != 0:
            raise CannotGoOn("Python cannot make a virtual environment here (is its venv module installed?)")
    say(f"installing what {lock.relative_to(ROOT)} names")
    pip = ("-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-deps", "--require-hashes")
    if call(program, *pip, "-r", lock, quiet=True) != 0:
        raise CannotGoOn("pip could not install the lock; what it said stands above")
    stamp.write_text(wanted, "ascii")


def need_node() -> None:
    """`.node` with what requirements/node names, every file checked against its hash; no scripts run."""
    wanted = hashlib.sha256(NODE_LOCK.read_bytes()).hexdigest()
    stamp = NODE / "lock.sha256"
    if stamp.exists() and stamp.read_text("ascii") == wanted:
        return
    npm = shutil.which("npm")
    if npm is None:
        raise CannotGoOn("the tests need npm, for the readers of other programs")
    say(f"installing what {NODE_LOCK.relative_to(ROOT)} names")
    NODE.mkdir(exist_ok=True)
    for name in ("package.json", "package-lock.json"):
        shutil.copyfile(NODE_LOCK.with_name(name), NODE / name)
    if call(npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--prefix", NODE, quiet=True) != 0:
        raise CannotGoOn("npm could not install the lock; what it said stands above")
    stamp.write_text(wanted, "ascii")


def need_sentences() -> None:
    """Compile the catalogues where a `.mo` is missing or older than what it is made of."""
    for language in LANGUAGES:
        sources = [*TRANSLATIONS.glob(f"{language}.po"), *TRANSLATIONS.glob(f"parts/*.{language}.po")]
        folders = [TRANSLATIONS / "parts"] if (TRANSLATIONS / "parts").exists() else []
        newest = max((path.stat().st_mtime_ns for path in [*sources, *folders]), default=0)
        compiled = TRANSLATIONS / f"{language}.mo"
        if not compiled.exists() or compiled.stat().st_mtime_ns < newest:
            say("compiling the sentences")
            if python("catalogues.py", "compile") != 0:
                raise CannotGoOn("the sentences could not be compiled; what was said stands above")
            return


# ── the commands ───────────────────────────────────────────────────────────────


def demo(arguments: list[str]) -> int:
    if "--window" in arguments:
        need_debian(("window",))
        return python("-m", "desktop", "sample")
    return python("-m", "demo", *arguments)


def run(arguments: list[str]) -> int:
    return python("-c", "import sys; from desktop.__main__ import window; sys.exit(window())", *arguments)


def test(arguments: list[str]) -> int:
    # Twice the cores: half of a test's time goes into waiting for servers, processes and clocks.
    workers = str(min(8, 2 * (os.cpu_count() or 1)))
    platform = os.environ.get("QT_QPA_PLATFORM", "offscreen")
    # Tests of one file stay together as long as they can: they share what is dear to make.
    return python("-m", "pytest", "-n", workers, "--dist", "worksteal", *arguments, platform=platform)


def soak(arguments: list[str]) -> int:
    return test(["-n", "0", "-m", "soak", "--timeout", "3600", *arguments])


def check(arguments: list[str]) -> int:
    if arguments:
        raise CannotGoOn("check takes no arguments")
    folders = ("desktop", "demo", "benchmarks", "docs", "installers", "tests")
    code = (*folders, "resources/auditverify.py", "dev.py", "catalogues.py", "hatch_build.py")
    there = [name for name in code if (ROOT / name).exists()]
    steps: list[tuple[str, Callable[[], int]]] = [
        ("format", lambda: python("-m", "ruff", "format", "--check", "--quiet", *there)),
        ("lint", lambda: python("-m", "ruff", "check", "--quiet", *there)),
        ("types", lambda: python("-m", "mypy")),
        ("who may know whom", lambda: python("-c", LINT_IMPORTS)),
        ("long files", lambda: report(long_files())),
        ("sentences", lambda: python("catalogues.py", "check")),
        ("registry names", lambda: report(registry_names())),
    ]
    failed = []
    for name, step in steps:
        started = time.monotonic()
        if step() != 0:
            failed.append(name)
        say(f"{name}: {'FAILED' if name in failed else 'ok'} ({time.monotonic() - started:.1f} s)")
    if failed:
        say(f"failed: {', '.join(failed)}")
    return 1 if failed else 0


LINT_IMPORTS = "import sys; from importlinter.cli import lint_imports; sys.exit(lint_imports(no_logo=True))"


def tracked(*patterns: str) -> list[Path]:
    """The project's own files, also those not yet committed."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard", "--", *patterns],
        cwd=ROOT,
        capture_output=True,
        check=True,
    )
    paths = (ROOT / name.decode("utf-8") for name in listed.stdout.split(b"\0") if name)
    return [path for path in paths if path.is_file()]


def long_files() -> list[str]:
    lengths = ((len(path.read_text("utf-8").splitlines()), path) for path in tracked("*.py"))
    return [
        f"{path.relative_to(ROOT)}: {length} lines, at most {MAX_LINES}"
        for length, path in lengths
        if length > MAX_LINES
    ]


def registry_names() -> list[str]:
    """Where a package comes from is the business of the machine, not of the project."""
    return [
        f"{path.relative_to(ROOT)}: names a package registry"
        for path in tracked()
        if REGISTRY.search(path.read_bytes().decode("utf-8", "replace"))
    ]


def report(problems: list[str]) -> int:
    for problem in problems:
        print(problem)
    return 1 if problems else 0


def bench(arguments: list[str]) -> int:
    """Each benchmark in a process of its own; without a name, all of them."""
    known = sorted(path.stem for path in (ROOT / "benchmarks").glob("[a-z]*.py"))
    name, rest = (arguments[0], arguments[1:]) if arguments else ("", [])
    if name and name not in known:
        raise CannotGoOn(f"no such benchmark: {name}. There are: {', '.join(known)}")
    results = [python("-m", f"benchmarks.{each}", *rest) for each in ([name] if name else known)]
    return max(results, default=0)


def lock(arguments: list[str]) -> int:
    """Resolve anew for each platform; extra arguments (`--upgrade`) go to uv."""
    for name, wheels in WHEELS_FOR.items():
        os.environ["MACOSX_DEPLOYMENT_TARGET"] = MACOS.get(name, MACOS["macos"])
        for suffix, group in (("", ()), ("-dev", ("--group", "dev")), ("-package", ("--group", "package"))):
            target = REQUIREMENTS / f"lock-{name}{suffix}.txt"
            say(f"locking {target.relative_to(ROOT)}")
            options = ("--python-platform", wheels, "--python-version", "3.11", "--generate-hashes")
            no_hosts = ("--no-header", "--no-annotate", "--no-emit-index-url", "--no-emit-find-links")
            uv = ("-m", "uv", "pip", "compile", "--quiet", "pyproject.toml", "-o", str(target))
            # What is tested and what is packaged run with the same versions.
            same = ("-c", str(REQUIREMENTS / f"lock-{name}.txt")) if suffix else ()
            wheels_only = ("--only-binary", ":all:")
            code = call(PYTHON, *uv, *group, *same, *options, *no_hosts, *wheels_only, *arguments, quiet=True)
            if code != 0:
                return code
    return 0


def translations(arguments: list[str]) -> int:
    if arguments not in ([], ["--merge"]):
        raise CannotGoOn("translations takes nothing, or --merge")
    return python("catalogues.py", "merge" if arguments else "compile")


def package(arguments: list[str]) -> int:
    """Each system's files by its own module, in an environment without what tests and checks need."""
    systems = ("linux", "windows", "macos")
    chosen = [name for name in systems if {f"--{name}", "--all"} & set(arguments)] or [PLATFORM]
    rest = [word for word in arguments if word not in ("--all", *(f"--{name}" for name in systems))]
    again = ["--check-reproducible"]
    if rest != again and not set(rest) <= {"--test", *(("--all-releases",) if chosen == ["linux"] else ())}:
        raise CannotGoOn(
            f"package takes --linux [--all-releases], --windows, --macos or --all, --test;\n  or {again[0]}"
        )
    # What a window needs is there: PyInstaller takes it into the bundle, and trials look at one.
    need_debian(("sealing", "window", "package", "windows")[: 3 + ("windows" in chosen)])
    need_venv(PACKAGE_VENV, REQUIREMENTS / f"lock-{LOCKED}-package.txt")
    if rest == again:
        return call(PACKAGE_VENV / IN_VENV, "-m", "installers.build", *again)
    codes = [call(PACKAGE_VENV / IN_VENV, "-m", f"installers.{name}", *rest) for name in chosen]
    return next((code for code in codes if code != 0), 0)  # one that a signal ended has a negative one


COMMANDS = {
    "demo": Command(
        demo,
        "the main job on invented people [--json], or a look around in the window [--window]",
        ("sealing",),
    ),
    "run": Command(run, "open the window", ("sealing", "window")),
    "test": Command(
        test,
        "all tests, or what you name (arguments go to pytest)",
        ("sealing", "window", "tests"),
        node=True,
    ),
    "check": Command(check, "format, lint, types, contracts, sentences"),
    "bench": Command(
        bench, "measure, each against its anchor [NAME]", ("sealing", "window", "tests"), node=True
    ),
    "soak": Command(
        soak, "the tests that run for minutes", ("sealing", "window", "tests", "soak"), node=True
    ),
    "lock": Command(lock, "resolve the dependencies anew for every platform [--upgrade]"),
    "translations": Command(translations, "compile the sentences [--merge takes the fragments in]"),
    "package": Command(
        package, "build what is installed, in dist/ [--linux] [--windows] [--macos] [--all] [--test]"
    ),
}


def usage() -> str:
    lines = (f"  {name:<14}{command.words}" for name, command in COMMANDS.items())
    return "\n".join(["usage: python3 dev.py COMMAND [ARGUMENTS]", "", *lines])


def main(arguments: list[str]) -> int:
    if not arguments or arguments[0] in ("-h", "--help", "help"):
        print(usage())
        return 0 if arguments else 2
    command = COMMANDS.get(arguments[0])
    if command is None:
        print(usage(), file=sys.stderr)
        return 2
    try:
        if sys.version_info < (3, 11):  # noqa: UP036 - said in words, not by a traceback
            raise CannotGoOn("Python 3.11 or newer is needed")
        need_debian(command.debian)
        need_venv()
        if command.node:
            need_node()
        need_sentences()
        return command.run(arguments[1:])
    except CannotGoOn as problem:
        say(str(problem))
        return 2
    except KeyboardInterrupt:
        return 130


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
