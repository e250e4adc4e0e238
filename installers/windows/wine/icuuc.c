/* Stands in for icuuc.dll, which Windows has since 1709 and Wine 8 lacks: Qt6Core.dll will not load without it.
 * Qt asks it for converters of old character sets only. Each call says U_UNSUPPORTED_ERROR, so Qt goes on with
 * those of its own. For trials under Wine alone; it is in no bundle. */
#include <stdint.h>

#define EXPORT __declspec(dllexport)

enum { UNSUPPORTED = 16 };

static void refuse(int *error)
{
    if (error)
        *error = UNSUPPORTED;
}

EXPORT void *ucnv_open(const char *name, int *error) { refuse(error); return 0; }
EXPORT void ucnv_close(void *converter) {}
EXPORT void ucnv_reset(void *converter) {}
EXPORT int8_t ucnv_getMaxCharSize(void *converter) { return 1; }
EXPORT const char *ucnv_getName(void *converter, int *error) { refuse(error); return 0; }
EXPORT int32_t ucnv_countAvailable(void) { return 0; }
EXPORT const char *ucnv_getAvailableName(int32_t number) { return 0; }
EXPORT const char *ucnv_getStandardName(const char *name, const char *standard, int *error) { refuse(error); return 0; }
EXPORT int32_t ucnv_toUCountPending(void *converter, int *error) { refuse(error); return 0; }
EXPORT int32_t ucnv_fromUCountPending(void *converter, int *error) { refuse(error); return 0; }

EXPORT void ucnv_fromUnicode(void *converter, char **to, const char *to_end, const uint16_t **from,
                             const uint16_t *from_end, int32_t *offsets, int8_t flush, int *error)
{
    refuse(error);
}

EXPORT void ucnv_toUnicode(void *converter, uint16_t **to, const uint16_t *to_end, const char **from,
                           const char *from_end, int32_t *offsets, int8_t flush, int *error)
{
    refuse(error);
}

EXPORT void ucnv_getFromUCallBack(void *converter, void **action, void **context) {}
EXPORT void ucnv_getToUCallBack(void *converter, void **action, void **context) {}
EXPORT void ucnv_setFromUCallBack(void *converter, void *action, const void *context, void **old_action,
                                  const void **old_context, int *error)
{
    refuse(error);
}

EXPORT void ucnv_setToUCallBack(void *converter, void *action, const void *context, void **old_action,
                                const void **old_context, int *error)
{
    refuse(error);
}

EXPORT void ucnv_cbFromUWriteUChars(void *arguments, const uint16_t **from, const uint16_t *end, int32_t offset,
                                    int *error)
{
    refuse(error);
}

EXPORT void ucnv_cbToUWriteUChars(void *arguments, const uint16_t *from, int32_t length, int32_t offset, int *error)
{
    refuse(error);
}

EXPORT void UCNV_FROM_U_CALLBACK_SUBSTITUTE(void) {}
EXPORT void UCNV_TO_U_CALLBACK_SUBSTITUTE(void) {}
