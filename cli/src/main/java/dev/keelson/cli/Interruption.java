package dev.keelson.cli;

/** Says what to do next when Ctrl-C, or a signal to end, stops long work. The process ends with 130 or 143; a server ends with 0 on SIGTERM ({@link Termination}). */
final class Interruption implements AutoCloseable {
    private final Thread hook;

    private Interruption(Thread hook) {
        this.hook = hook;
    }

    static Interruption saying(Session session, String text) {
        return running(() -> session.console().error("\n" + session.forPerson(text)));
    }

    /** Runs something before the process ends, unless closed before. */
    static Interruption running(Runnable work) {
        Thread hook = new Thread(work, "interruption");
        Runtime.getRuntime().addShutdownHook(hook);
        return new Interruption(hook);
    }

    @Override
    public void close() {
        try {
            Runtime.getRuntime().removeShutdownHook(hook);
        } catch (IllegalStateException e) {
            return; // the process is ending: the hook is running
        }
    }
}
