// A scenario in which no rule finds anything; each case changes one thing in it.
#pragma once

#include <string>
#include <vector>

#include "domain/scenario.hpp"

namespace poolcast::limits::test {

// 60,000 users of rooms of 100 on four active servers with four standby servers, clustered databases, compliance on.
Scenario base();

// Some changes that cases share.
void behind_standard_edition(Scenario& scenario);  // one server of 2,000 users behind a Standard Edition server
void mirrored(Scenario& scenario);                 // content database mirrored with a witness of its own
void shipped(Scenario& scenario);                  // content database shipped to sql-9 in the site south
void add_south(Scenario& scenario, Seconds latency);
SqlInstance& instance(Scenario& scenario, const std::string& name);
ChatServer& server(Scenario& scenario, const std::string& name);
void add_second_pool(Scenario& scenario);  // chat-south, with databases of its own on sql-5 and sql-7
void lose(Scenario& scenario, const std::string& node);

// One scenario that breaks a rule, with what is to be found, and one on the safe side of it.
struct Case {
  std::string rule;
  void (*breaks)(Scenario& scenario);
  std::string key;
  std::string sentence;
  void (*keeps)(Scenario& scenario) = [](Scenario&) {};
};

std::vector<Case> user_cases();
std::vector<Case> placement_cases();
std::vector<Case> database_cases();
std::vector<Case> availability_cases();
std::vector<Case> recovery_cases();
std::vector<Case> all_cases();

}  // namespace poolcast::limits::test
