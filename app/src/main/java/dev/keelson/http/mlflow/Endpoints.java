package dev.keelson.http.mlflow;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Addresses with what answers them, looked up in a table. An address is what follows {@code /api/2.0/}, such as {@code
 * mlflow/runs/create}; a part {@code {name}} stands for any one part, {@code {name...}} at the end for one or more.
 */
final class Endpoints {
    private final Map<String, Map<String, Endpoint>> exact = new HashMap<>();
    private final Map<List<String>, Map<String, Endpoint>> patterns = new LinkedHashMap<>();

    void get(String path, Endpoint endpoint) {
        add("GET", path, endpoint);
    }

    /** A file: what is asked for by GET, told by its length and type alone. */
    void head(String path, Endpoint endpoint) {
        add("HEAD", path, endpoint);
    }

    void post(String path, Endpoint endpoint) {
        add("POST", path, endpoint);
    }

    void put(String path, Endpoint endpoint) {
        add("PUT", path, endpoint);
    }

    void patch(String path, Endpoint endpoint) {
        add("PATCH", path, endpoint);
    }

    void delete(String path, Endpoint endpoint) {
        add("DELETE", path, endpoint);
    }

    private void add(String method, String path, Endpoint endpoint) {
        Map<String, Endpoint> methods = path.indexOf('{') < 0
                ? exact.computeIfAbsent(path, p -> new HashMap<>())
                : patterns.computeIfAbsent(List.of(path.split("/", -1)), p -> new HashMap<>());
        if (methods.put(method, endpoint) != null) {
            throw new IllegalArgumentException("There is an endpoint for %s %s already.".formatted(method, path));
        }
    }

    /** What answers a call, with the parts of its address that stand for something. */
    record Found(Endpoint endpoint, Map<String, String> parts) {}

    /**
     * What answers a call.
     *
     * @param rawPath as it was sent, with its percent signs
     * @throws MlflowFailure ENDPOINT_NOT_FOUND when nothing does
     */
    Found find(String method, String rawPath) {
        Map<String, Endpoint> methods = exact.get(rawPath);
        Map<String, String> parts = Map.of();
        if (methods == null) {
            List<String> asked = List.of(rawPath.split("/", -1));
            for (Map.Entry<List<String>, Map<String, Endpoint>> each : patterns.entrySet()) {
                Map<String, String> matched = match(each.getKey(), asked);
                if (matched != null) {
                    methods = each.getValue();
                    parts = matched;
                    break;
                }
            }
        }
        if (methods == null) {
            throw new MlflowFailure(MlflowCode.ENDPOINT_NOT_FOUND, "There is no endpoint %s.".formatted(rawPath));
        }
        Endpoint endpoint = methods.get(method);
        if (endpoint == null) {
            throw new MlflowFailure(
                    MlflowCode.ENDPOINT_NOT_FOUND,
                    "The endpoint %s does not answer %s; expected %s."
                            .formatted(rawPath, method, String.join(" or ", new TreeSet<>(methods.keySet()))));
        }
        return new Found(endpoint, parts);
    }

    private static @Nullable Map<String, String> match(List<String> pattern, List<String> asked) {
        boolean open = pattern.getLast().endsWith("...}");
        if (open ? asked.size() < pattern.size() : asked.size() != pattern.size()) {
            return null;
        }
        Map<String, String> parts = new HashMap<>();
        for (int i = 0; i < pattern.size(); i++) {
            String part = pattern.get(i);
            if (!part.startsWith("{")) {
                if (!part.equals(asked.get(i))) {
                    return null;
                }
            } else if (part.endsWith("...}")) {
                List<String> rest = new ArrayList<>();
                for (String each : asked.subList(i, asked.size())) {
                    rest.add(Texts.percentDecoded(each, false));
                }
                parts.put(part.substring(1, part.length() - 4), String.join("/", rest));
            } else {
                parts.put(part.substring(1, part.length() - 1), Texts.percentDecoded(asked.get(i), false));
            }
        }
        return parts;
    }
}
