package dev.keelson.http.server;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.keelson.error.ErrorCode;
import dev.keelson.error.KeelsonException;
import dev.keelson.http.Backend;
import dev.keelson.http.JobKind;
import dev.keelson.http.Jobs;
import io.helidon.http.HeaderNames;
import io.helidon.http.Status;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import java.util.List;
import java.util.function.Function;

/** Work of one kind in the background: begin it, see how far it is and what it has told, stop it. */
final class JobEndpoints<R extends Jobs.Request> {
    private final Backend backend;
    private final JobKind kind;
    private final Function<Backend, Jobs<R>> jobs;
    private final Reader<R> reader;

    /** Reads what is asked for. */
    interface Reader<R> {
        /**
         * What a body asks for of a model.
         *
         * @throws KeelsonException BAD_REQUEST
         */
        R read(String model, JsonNode body);
    }

    private JobEndpoints(Backend backend, JobKind kind, Function<Backend, Jobs<R>> jobs, Reader<R> reader) {
        this.backend = backend;
        this.kind = kind;
        this.jobs = jobs;
        this.reader = reader;
    }

    /** Of every kind. */
    static List<JobEndpoints<?>> all(Backend backend) {
        return List.of(
                new JobEndpoints<>(backend, JobKind.GENERATION, Backend::generations, JobRequests::generation),
                new JobEndpoints<>(backend, JobKind.STUDY, Backend::studies, JobRequests::study),
                new JobEndpoints<>(backend, JobKind.TRAINING, Backend::trainings, TrainingRequests::read),
                new JobEndpoints<>(backend, JobKind.POLICIES, Backend::policyComparisons, PolicyRequests::read),
                new JobEndpoints<>(backend, JobKind.ADVICE, Backend::scheduleAdvice, PolicyRequests::read),
                new JobEndpoints<>(backend, JobKind.REPLAY, Backend::replayRuns, ReplayRequests::read));
    }

    void register(Routes routes) {
        routes.post("/api/v1/models/{name}/" + kind.path(), this::start);
        routes.get(kind.address(), this::list);
        routes.get(kind.address() + "/{id}", this::get);
        String told = kind.told();
        if (told != null) {
            routes.get(
                    kind.address() + "/{id}/" + told,
                    (request, response) -> {
                        ObjectNode body = Json.object();
                        jobs.apply(backend).told(Parameters.path(request, "id")).forEach(body.putArray(told)::add);
                        Json.send(response, body);
                    });
        }
        routes.delete(kind.address() + "/{id}", this::cancel);
    }

    private void start(ServerRequest request, ServerResponse response) {
        String model = Parameters.model(backend, Parameters.path(request, "name")).name();
        JsonNode given = Json.body(request);
        JsonNode body = given == null ? Json.object() : given;
        if (!body.isObject()) {
            throw new KeelsonException(ErrorCode.BAD_REQUEST, "The body is not an object, as expected.", null);
        }
        Jobs.Job<R> job = jobs.apply(backend).start(reader.read(model, body));
        if (job.state() == Jobs.State.RUNNING) {
            response.status(Status.ACCEPTED_202);
            response.header(HeaderNames.LOCATION, kind.address() + "/" + job.id());
        }
        Json.send(response, job.toJson());
    }

    private void list(ServerRequest request, ServerResponse response) {
        Parameters parameters = new Parameters(request);
        String model = parameters.text("model");
        int limit = parameters.number("limit", 1, 1000, 100);
        parameters.check();
        ObjectNode body = Json.object();
        ArrayNode list = body.putArray(kind.field());
        jobs.apply(backend).list().stream()
                .filter(each -> model == null || each.request().model().equals(model))
                .limit(limit)
                .forEach(each -> list.add(each.toJson()));
        Json.send(response, body);
    }

    private void get(ServerRequest request, ServerResponse response) {
        Json.send(response, jobs.apply(backend).get(Parameters.path(request, "id")).toJson());
    }

    private void cancel(ServerRequest request, ServerResponse response) {
        Json.send(response, jobs.apply(backend).cancel(Parameters.path(request, "id")).toJson());
    }
}
