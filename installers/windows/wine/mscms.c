/* Stands in for mscms.dll: Wine 8 has one without the entry that Qt6Gui.dll names (WcsCreateIccProfile), so the
 * window's library would not load. Qt asks for the colours of a screen; "none" is an answer it lives with.
 * For trials under Wine alone; it is in no bundle. */
#include <stdint.h>

#define EXPORT __declspec(dllexport)

EXPORT void *OpenColorProfileW(void *profile, uint32_t access, uint32_t share, uint32_t creation) { return 0; }
EXPORT void *WcsCreateIccProfile(void *profile, uint32_t options) { return 0; }
EXPORT int GetColorProfileFromHandle(void *profile, uint8_t *data, uint32_t *size) { return 0; }
EXPORT int CloseColorProfile(void *profile) { return 1; }
