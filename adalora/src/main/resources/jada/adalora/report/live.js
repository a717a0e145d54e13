// The live page: the same pictures, growing while the run goes on.

start();
