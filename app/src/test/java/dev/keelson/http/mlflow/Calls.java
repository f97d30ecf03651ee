package dev.keelson.http.mlflow;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;

/** Sends calls of MLflow's protocol as they are on the wire. */
final class Calls implements AutoCloseable {
    private static final ObjectMapper MAPPER = new ObjectMapper();

    private final HttpClient http =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private final String url;

    Calls(String url) {
        this.url = url;
    }

    /** An answer. */
    record Answer(int status, String text) {
        JsonNode json() {
            try {
                return MAPPER.readTree(text);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        JsonNode at(String pointer) {
            return json().at(pointer);
        }

        String error() {
            return status + " " + json().path("error_code").asText();
        }

        String message() {
            return json().path("message").asText();
        }
    }

    Answer post(String path, String body) {
        return send("POST", "/api/2.0/mlflow/" + path, body.replace('\'', '"').getBytes(StandardCharsets.UTF_8));
    }

    Answer patch(String path, String body) {
        return send("PATCH", "/api/2.0/mlflow/" + path, body.replace('\'', '"').getBytes(StandardCharsets.UTF_8));
    }

    Answer delete(String path) {
        return send("DELETE", "/api/2.0/mlflow/" + path, new byte[0]);
    }

    Answer get(String path, String... headers) {
        return send("GET", "/api/2.0/mlflow/" + path, new byte[0], headers);
    }

    Answer send(String method, String address, byte[] body, String... headers) {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(url + address))
                .method(
                        method,
                        body.length == 0
                                ? HttpRequest.BodyPublishers.noBody()
                                : HttpRequest.BodyPublishers.ofByteArray(body));
        if (body.length > 0 && headers.length == 0) {
            request.header("Content-Type", "application/json");
        }
        if (headers.length > 0) {
            request.headers(headers);
        }
        try {
            HttpResponse<String> response = http.send(request.build(), HttpResponse.BodyHandlers.ofString());
            return new Answer(response.statusCode(), response.body());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    static String encoded(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8);
    }

    @Override
    public void close() {
        http.close();
    }
}
