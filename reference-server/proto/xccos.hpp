// XCCOS, the language of Persistent Chat inside INFO bodies. Marks as in docs/reference-server.md: [V] seen on the wire, [P]
// public material, [M] recalled and unchecked, [D] our own choice. Each shape stands in one place: reading in xccos_read*.cpp,
// writing in xccos_write*.cpp.
#pragma once

#include "reference-server/proto/xccos_commands.hpp"
#include "reference-server/proto/xccos_replies.hpp"
