package dev.keelson.e2e.study;

import com.fasterxml.jackson.databind.JsonNode;
import dev.keelson.e2e.study.KilledServerStudy.Found;
import dev.keelson.e2e.study.RegistryWrites.Change;
import dev.keelson.e2e.study.RegistryWrites.Model;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/** Compares the registry of the server with what it acknowledged. */
final class RegistryCheck {
    private final HttpClient http;
    private final String url;
    private final Found found;
    private final Set<String> versions = new TreeSet<>();
    private long untold;

    RegistryCheck(HttpClient http, String url, Found found) {
        this.http = http;
        this.url = url;
        this.found = found;
    }

    /** Every version that the server has, as {@link #label} writes it. */
    Set<String> versions() {
        return versions;
    }

    /** How many versions were made by an attempt whose answer did not arrive. */
    long untold() {
        return untold;
    }

    /** A version in one word. */
    static String label(String model, int version) {
        return "%s v%d".formatted(model, version);
    }

    /** Looks at the models of a client. */
    void check(RegistryWrites written) throws IOException, InterruptedException {
        for (Model model : written.models()) {
            JsonNode there = get("registered-models/get?name=" + encoded(model.name())).path("registered_model");
            Map<String, Integer> aliases = new HashMap<>();
            for (JsonNode alias : there.path("aliases")) {
                if (aliases.put(alias.path("alias").asText(), alias.path("version").asInt()) != null) {
                    found.doubled++;
                }
            }
            found.lost += model.aliases().keySet().stream().filter(alias -> !aliases.containsKey(alias)).count();
            found.different += aliases.entrySet().stream()
                    .filter(alias -> !alias.getValue().equals(model.aliases().get(alias.getKey())))
                    .count();
            versions(model);
        }
    }

    private void versions(Model model) throws IOException, InterruptedException {
        Set<Integer> there = new TreeSet<>();
        long more = 0;
        String token = "";
        do {
            JsonNode page = get("model-versions/search?filter=%s%s"
                    .formatted(
                            encoded("name='" + model.name() + "'"), token.isEmpty() ? "" : "&page_token=" + encoded(token)));
            for (JsonNode version : page.path("model_versions")) {
                int number = version.path("version").asInt();
                if (!there.add(number)) {
                    found.doubled++;
                }
                versions.add(label(model.name(), number));
                String stage = version.path("current_stage").asText();
                Change origin = model.origins().get(number);
                if (origin == null) {
                    more++;
                    found.different += stage.equals("None") ? 0 : 1;
                } else if (!stage.equals(model.versions().get(number))
                        || !origin.name().equals(version.path("description").asText())) {
                    found.different++;
                }
            }
            token = page.path("next_page_token").asText("");
        } while (!token.isEmpty());
        found.lost += model.versions().keySet().stream().filter(number -> !there.contains(number)).count();
        long unanswered = model.origins().values().stream().mapToLong(origin -> origin.attempts() - 1).sum();
        found.doubled += Math.max(0, more - unanswered);
        untold += more;
    }

    private static String encoded(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8);
    }

    private JsonNode get(String path) throws IOException, InterruptedException {
        HttpResponse<String> answer = http.send(
                HttpRequest.newBuilder(URI.create(url + "/api/2.0/mlflow/" + path)).build(), BodyHandlers.ofString());
        if (answer.statusCode() != 200) {
            throw new IllegalStateException("%s: %d %s".formatted(path, answer.statusCode(), answer.body()));
        }
        return KilledServerStudy.parsed(answer.body());
    }
}
