package dev.keelson.cli;

import java.util.concurrent.Callable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** A command: something with an exit code. */
abstract class KeelsonCommand implements Callable<Integer> {
    /** All well. */
    static final int YES = 0;
    /** The command worked, and its answer is no. */
    static final int NO = 1;
    /** Something is wrong. */
    static final int ERROR = 2;
    /** Stopped by Ctrl-C. */
    static final int INTERRUPTED = 130;

    @Spec
    @SuppressWarnings("NullAway.Init") // set by picocli before anything runs
    CommandSpec spec;

    @Override
    public final Integer call() throws Exception {
        Session session = session();
        session.start();
        return run(session);
    }

    Session session() {
        return ((Keelson) spec.root().userObject()).session();
    }

    /**
     * Does the work.
     *
     * @return the exit code
     */
    abstract int run(Session session) throws Exception;
}
