/* Stands in for bcryptprimitives.dll, from which Rust's standard library takes its random bytes (ProcessPrng,
 * Windows 10) and which Wine 8 lacks: nothing written in Rust would load. The bytes come from RtlGenRandom, the
 * system's own generator by its older name. For trials under Wine alone; it is in no bundle. */
#include <stddef.h>

#define EXPORT __declspec(dllexport)

enum { MOST_AT_ONCE = 65536 };

/* RtlGenRandom (ntsecapi.h). */
__declspec(dllimport) unsigned char __stdcall SystemFunction036(void *buffer, unsigned long length);

EXPORT int ProcessPrng(unsigned char *buffer, size_t length)
{
    while (length > 0) {
        unsigned long now = length > MOST_AT_ONCE ? MOST_AT_ONCE : (unsigned long)length;
        if (!SystemFunction036(buffer, now))
            return 0;
        buffer += now;
        length -= now;
    }
    return 1;
}
