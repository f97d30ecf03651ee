package dev.keelson.http.inference;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What is asked, by whichever transport.
 *
 * @param model its name
 * @param version which one; null for the one that serves
 * @param id the caller's name for the request; null when it has none
 * @param parameters Boolean, Long, Double or String by name
 * @param inputs the rows
 * @param outputs names of those that are wanted, in order; empty for the usual ones
 */
record InferRequest(
        String model,
        @Nullable String version,
        @Nullable String id,
        Map<String, Object> parameters,
        List<Tensor> inputs,
        List<String> outputs) {
    InferRequest {
        parameters = Map.copyOf(parameters);
        inputs = List.copyOf(inputs);
        outputs = List.copyOf(outputs);
    }
}
