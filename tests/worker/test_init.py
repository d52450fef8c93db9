"""The public names, so that none comes or goes by accident."""

import counterflow_worker


def test_public_names() -> None:
    assert set(counterflow_worker.__all__) == {
        *("Client", "ClientCertificates", "Worker", "Job", "Middleware", "Step", "Metrics", "load", "main"),
        *("BackOff", "CallRetry", "JobRetry", "NO_BACK_OFF", "GIVE_UP"),
        *("Outcome", "Completed", "Failed", "Thrown", "AdHocResult", "TaskListenerResult", "UserTask"),
        *("BpmnError", "JobFailure"),
        *("WorkerError", "HandlerError", "VariablesError", "AddressError", "CertificateError"),
        *("LoadError", "ClientError"),
        *(
            "InvalidArgumentError",
            "NotFoundError",
            "AlreadyExistsError",
            "InvalidStateError",
            "PermissionDeniedError",
        ),
        *("UnauthenticatedError", "ResourceExhaustedError", "UnavailableError", "DeadlineExceededError"),
        *("CallCancelledError", "UnimplementedError"),
    }


def test_public_names_are_there() -> None:
    assert all(hasattr(counterflow_worker, name) for name in counterflow_worker.__all__)
