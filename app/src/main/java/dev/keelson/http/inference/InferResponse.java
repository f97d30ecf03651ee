package dev.keelson.http.inference;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What is answered.
 *
 * @param model who answered
 * @param version the version that answered the first row
 * @param id of the request; null when it had none
 * @param outputs as they were asked for
 */
record InferResponse(String model, String version, @Nullable String id, List<Tensor> outputs) {
    InferResponse {
        outputs = List.copyOf(outputs);
    }
}
