package counterflow.client;

import com.fasterxml.jackson.annotation.JsonAutoDetect;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import java.util.Map;

/** One line of input; an operation reads the fields that concern it. Times are milliseconds. */
@JsonAutoDetect(fieldVisibility = JsonAutoDetect.Visibility.NON_PRIVATE)
final class Request {
  int id;

  @JsonProperty("do")
  String operation;

  String name;
  String content;
  String bpmnProcessId;
  int version = -1;
  long processDefinitionKey;
  JsonNode variables;
  List<String> fetchVariables = List.of();
  List<String> startBefore = List.of();
  long requestTimeout;
  long processInstanceKey;
  long elementInstanceKey;
  boolean local;
  long incidentKey;
  long resourceKey;
  List<String> activate = List.of();
  List<Long> terminate = List.of();
  long targetProcessDefinitionKey;
  Map<String, String> mapping = Map.of();
  String decisionId;
  String signalName;
  String correlationKey;
  String messageId;
  long timeToLive;
  String type;
  String worker;
  long timeout;
  int maxJobs;
  long userTaskKey;
  String assignee;
  boolean allowOverride = true;
  long jobKey;
  int retries;
  long retryBackOff;
  String errorMessage;
  String errorCode;

  /** As text; nothing said is no variables. */
  String variablesAsText() {
    return variables == null ? "{}" : variables.toString();
  }
}
