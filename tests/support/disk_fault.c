/* A disk that fails at the Nth write, for tests: preloaded, it stands between a program and libc.
 *
 * Counted are write, pwrite, fsync, fdatasync and ftruncate on files under FAULT_UNDER. At the
 * call number FAULT_AT the answer is FAULT_ERRNO; with FAULT_STICKY the disk stays so. A write
 * that fails for want of room writes half of what it was given first, as disks do.
 * fault_arm() sets the same from inside the process; fault_count() tells how many there were.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <limits.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static atomic_long count;
static long at;
static int fails_with = ENOSPC, sticky;
static const char *under;

__attribute__((constructor)) static void begin(void) {
    const char *said;
    under = getenv("FAULT_UNDER");
    if ((said = getenv("FAULT_AT"))) at = atol(said);
    if ((said = getenv("FAULT_ERRNO"))) fails_with = atoi(said);
    if ((said = getenv("FAULT_STICKY"))) sticky = atoi(said);
}

void fault_arm(long number, int error, int stays) {
    at = number;
    fails_with = error;
    sticky = stays;
    atomic_store(&count, 0);
}

long fault_count(void) { return atomic_load(&count); }

static int watched(int fd) {
    char link[64], path[PATH_MAX];
    if (under == NULL) return 0;
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    ssize_t length = readlink(link, path, sizeof path - 1);
    if (length < 0) return 0;
    path[length] = 0;
    return strncmp(path, under, strlen(under)) == 0;
}

static int fails(int fd) {
    if (!watched(fd)) return 0;
    long number = atomic_fetch_add(&count, 1) + 1;
    return at > 0 && (number == at || (sticky && number > at));
}

static size_t part(size_t size) { return fails_with == ENOSPC ? size / 2 : 0; }

#define REAL(type, name, ...) \
    static type (*real)(__VA_ARGS__); \
    if (!real) real = (type (*)(__VA_ARGS__))dlsym(RTLD_NEXT, #name)

ssize_t write(int fd, const void *data, size_t size) {
    REAL(ssize_t, write, int, const void *, size_t);
    if (!fails(fd)) return real(fd, data, size);
    if (part(size)) (void)!real(fd, data, part(size));
    errno = fails_with;
    return -1;
}

#define PWRITE(name, offset_type) \
    ssize_t name(int fd, const void *data, size_t size, offset_type where) { \
        REAL(ssize_t, name, int, const void *, size_t, offset_type); \
        if (!fails(fd)) return real(fd, data, size, where); \
        if (part(size)) (void)!real(fd, data, part(size), where); \
        errno = fails_with; \
        return -1; \
    }
PWRITE(pwrite, off_t)
PWRITE(pwrite64, off64_t)

#define BARE(name) \
    int name(int fd) { \
        REAL(int, name, int); \
        if (!fails(fd)) return real(fd); \
        errno = fails_with == ENOSPC ? EIO : fails_with; \
        return -1; \
    }
BARE(fsync)
BARE(fdatasync)

#define TRUNCATE(name, offset_type) \
    int name(int fd, offset_type length) { \
        REAL(int, name, int, offset_type); \
        if (!fails(fd)) return real(fd, length); \
        errno = fails_with; \
        return -1; \
    }
TRUNCATE(ftruncate, off_t)
TRUNCATE(ftruncate64, off64_t)
