mod console;
