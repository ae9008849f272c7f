// The documented workloads, built in C++ so that these tests need no file.
#pragma once

#include "domain/workload.hpp"

namespace poolcast::limits::test {

Workload performance_user_model();  // 80,000 users, 24 posts per second (capacity page)
Workload model_1();                 // posts per room and day
Workload model_2();                 // posts per user and day
Workload group_chat_test();         // 60,000 users on three servers (TechNet Dn720924)

}  // namespace poolcast::limits::test
