#pragma once
// OpenSSL's message digests.
#include <openssl/evp.h>
