package dev.keelson.e2e.ondemand;

import com.fasterxml.jackson.databind.node.ObjectNode;

/** A benchmark or a study. */
@FunctionalInterface
public interface Task {

    /**
     * Runs it.
     *
     * @param arguments what was asked for on the command line
     * @return its figures
     * @throws Exception whatever went wrong; the launcher ends with it
     */
    ObjectNode run(Arguments arguments) throws Exception;
}
