const TEXT = { type: 'string' };
const COUNT = { type: 'integer', minimum: 1 };
const MESSAGE = { type: 'object', properties: { text: TEXT }, required: ['text'], additionalProperties: false };

const LOCATION = {
  type: 'object',
  additionalProperties: false,
  properties: {
    message: MESSAGE,
    physicalLocation: {
      type: 'object',
      additionalProperties: false,
      required: ['artifactLocation'],
      properties: {
        artifactLocation: {
          type: 'object',
          additionalProperties: false,
          // A URI reference (RFC 3986): no spaces, no backslashes.
          properties: { uri: { type: 'string', pattern: '^[^\\s\\\\]+$' } },
        },
        region: {
          type: 'object',
          additionalProperties: false,
          properties: { startLine: COUNT, startColumn: COUNT, endLine: COUNT, endColumn: COUNT },
        },
      },
    },
    logicalLocations: {
      type: 'array',
      minItems: 0,
      uniqueItems: true,
      items: { type: 'object', additionalProperties: false, properties: { fullyQualifiedName: TEXT } },
    },
  },
};

/**
 * What the schema of SARIF 2.1.0 (OASIS, errata 01) asks of the parts that we write: the same names, types, required
 * properties, closed vocabularies, and nothing beside them.
 */
export const SARIF_SHAPE = {
  type: 'object',
  required: ['version', 'runs'],
  additionalProperties: false,
  properties: {
    $schema: { type: 'string', pattern: '^https://' },
    version: { enum: ['2.1.0'] },
    runs: {
      type: 'array',
      minItems: 0,
      items: {
        type: 'object',
        required: ['tool'],
        additionalProperties: false,
        properties: {
          columnKind: { enum: ['utf16CodeUnits', 'unicodeCodePoints'] },
          tool: {
            type: 'object',
            required: ['driver'],
            additionalProperties: false,
            properties: {
              driver: {
                type: 'object',
                required: ['name'],
                additionalProperties: false,
                properties: {
                  name: TEXT,
                  semanticVersion: TEXT,
                  rules: {
                    type: 'array',
                    uniqueItems: true,
                    items: {
                      type: 'object',
                      required: ['id'],
                      additionalProperties: false,
                      properties: { id: TEXT, shortDescription: MESSAGE },
                    },
                  },
                },
              },
            },
          },
          results: {
            type: 'array',
            items: {
              type: 'object',
              required: ['message'],
              additionalProperties: false,
              properties: {
                ruleId: TEXT,
                ruleIndex: { type: 'integer', minimum: -1 },
                level: { enum: ['none', 'note', 'warning', 'error'] },
                message: MESSAGE,
                locations: { type: 'array', items: LOCATION },
                codeFlows: {
                  type: 'array',
                  items: {
                    type: 'object',
                    required: ['threadFlows'],
                    additionalProperties: false,
                    properties: {
                      message: MESSAGE,
                      threadFlows: {
                        type: 'array',
                        minItems: 1,
                        items: {
                          type: 'object',
                          required: ['locations'],
                          additionalProperties: false,
                          properties: {
                            locations: {
                              type: 'array',
                              minItems: 1,
                              items: {
                                type: 'object',
                                additionalProperties: false,
                                properties: { location: LOCATION },
                              },
                            },
                          },
                        },
                      },
                    },
                  },
                },
                partialFingerprints: { type: 'object', additionalProperties: TEXT },
                suppressions: {
                  type: 'array',
                  uniqueItems: true,
                  items: {
                    type: 'object',
                    required: ['kind'],
                    additionalProperties: false,
                    properties: { kind: { enum: ['inSource', 'external'] }, justification: TEXT },
                  },
                },
              },
            },
          },
        },
      },
    },
  },
};
