// poolcast-load: clients that play a scenario's workload against a real server.
#include "reference-server/loadgen/program.hpp"

int main(int argc, char** argv) { return poolcast::loadgen::run_program(argc, argv); }
