package dev.keelson.http.mlflow;

import java.io.IOException;

/** Answers one call. */
@FunctionalInterface
interface Endpoint {

    /**
     * Answers.
     *
     * @throws IOException when the answer cannot be written
     */
    void answer(Call call) throws IOException;
}
